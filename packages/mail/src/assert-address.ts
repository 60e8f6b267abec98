/** An address that could be read as two, as a header, or as a name with an address. A fault of the program. */
export class InvalidAddress extends Error {
  constructor() {
    super('not a bare mail address');
    this.name = 'InvalidAddress';
  }
}

/** RFC 5321's dot-string form, any script; no quoted local part, no route, no list, no control character. */
const bare = /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}<>()[\]\\,;:"@]{1,255}$/u;

/** @throws InvalidAddress */
export function assertAddress(address: string): void {
  if (!bare.test(address) || address.length > 254 || !address.isWellFormed()) throw new InvalidAddress();
}
