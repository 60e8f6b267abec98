// The package ships no types; this is the part of its documented interface that is used here.
declare module 'bcrypt' {
  const bcrypt: {
    hash(data: string, rounds: number): Promise<string>;
    compare(data: string, encrypted: string): Promise<boolean>;
    hashSync(data: string, rounds: number): string;
    compareSync(data: string, encrypted: string): boolean;
    genSaltSync(rounds: number): string;
    getRounds(encrypted: string): number;
  };
  export = bcrypt;
}
