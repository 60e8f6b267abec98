/** A credential that was found good. `ip`: `null` where the caller's own address is not known. */
export interface Use {
  readonly id: string;
  readonly ip: string | null;
  /** The service that was called. */
  readonly service: string;
  readonly at: Date;
}

/** Where the last use of credentials is kept. */
export interface UsageStore {
  write(uses: readonly Use[]): Promise<void>;
}
