import { createId } from '@pcft/credentials';
import type { Database, Transaction } from '../database.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface Passkey {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly credentialId: Bytes;
  readonly publicKey: Bytes;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly backedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export type PasskeyDraft = Omit<Passkey, 'id' | 'createdAt' | 'lastUsedAt'>;

/** Passkeys, and the challenges that were given out for them. */
export class PrismaPasskeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Oldest first. */
  async list(accountId: string): Promise<Passkey[]> {
    const rows = await this.#database.passkey.findMany({
      where: { accountId },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(toPasskey);
  }

  async findByCredential(credentialId: Bytes): Promise<Passkey | null> {
    const row = await this.#database.passkey.findFirst({
      where: { credentialId, account: { closedAt: null } },
    });
    return row && toPasskey(row);
  }

  /** Throws the unique violation of `passkey_credential_id_key`. */
  async insert(transaction: Transaction, draft: PasskeyDraft): Promise<Passkey> {
    const { transports, counter, ...columns } = draft;
    const data = { id: createId('pky_'), ...columns, counter: BigInt(counter), transports: [...transports] };
    return toPasskey(await transaction.passkey.create({ data }));
  }

  async rename(transaction: Transaction, accountId: string, id: string, name: string) {
    const { count } = await transaction.passkey.updateMany({ where: { id, accountId }, data: { name } });
    if (count === 0) return null;
    return toPasskey(await transaction.passkey.findUniqueOrThrow({ where: { id } }));
  }

  async remove(transaction: Transaction, accountId: string, id: string): Promise<boolean> {
    const { count } = await transaction.passkey.deleteMany({ where: { id, accountId } });
    return count === 1;
  }

  /** Notes a signature. False when its counter is not above the last one: the key was copied, or two came at once. */
  async noteUse(transaction: Transaction, id: string, counter: number, backedUp: boolean): Promise<boolean> {
    const noted = await transaction.$executeRaw`
      UPDATE passkey SET counter = ${counter}::bigint, backed_up = ${backedUp}, last_used_at = now()
      WHERE id = ${id} AND (counter < ${counter}::bigint OR (counter = 0 AND ${counter}::bigint = 0))`;
    return noted === 1;
  }

  /** Keeps a challenge; `accountId` where it is to register. Some that are over go with it. */
  async insertChallenge(digest: Bytes, accountId: string | null, ttlSeconds: number): Promise<void> {
    await this.#database.$executeRaw`
      DELETE FROM passkey_challenge WHERE digest IN (
        SELECT digest FROM passkey_challenge WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED)`;
    await this.#database.$executeRaw`
      INSERT INTO passkey_challenge (digest, account_id, expires_at)
      VALUES (${digest}, ${accountId}, now() + ${ttlSeconds}::int * interval '1 second')`;
  }

  /** True for one of all who try, and only for what it was given out for. */
  async takeChallenge(digest: Bytes, accountId: string | null): Promise<boolean> {
    const taken = await this.#database.$executeRaw`
      DELETE FROM passkey_challenge
      WHERE digest = ${digest} AND account_id IS NOT DISTINCT FROM ${accountId}::text AND expires_at > now()`;
    return taken === 1;
  }
}

function toPasskey(row: Omit<Passkey, 'counter'> & { readonly counter: bigint }): Passkey {
  return { ...row, counter: Number(row.counter) };
}
