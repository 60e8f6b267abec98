import { chainHash, genesisHash } from '@pcft/audit-proof';
import type { Databases } from './databases.ts';

interface Verified {
  seq: bigint;
  hash: Uint8Array;
}

/** Walks every chain of the log anew from where it was left, and compares its end with its head. */
export class LogVerifier {
  readonly #databases: Databases;
  readonly #verified = new Map<string, Verified>();

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** @returns what does not fit, as texts; `rows` are those that were walked over */
  async verify(): Promise<{ rows: number; faults: string[] }> {
    const pool = this.#databases.of('audit');
    const heads = await pool.query<{ log: string; seq: string; hash: Buffer }>(
      'SELECT log, seq, hash FROM chain_head',
    );
    let rows = 0;
    const faults: string[] = [];
    for (const head of heads.rows) {
      let at = this.#verified.get(head.log) ?? { seq: 0n, hash: genesisHash };
      const found = await pool.query<{ seq: string; id: string; source: string; body: Buffer; hash: Buffer }>(
        'SELECT seq, id, source, body, hash FROM audit_event WHERE log = $1 AND seq > $2 ORDER BY seq',
        [head.log, String(at.seq)],
      );
      for (const row of found.rows) {
        const seq = BigInt(row.seq);
        const fits =
          seq === at.seq + 1n && chainHash(at.hash, { ...row, seq, log: head.log }).equals(row.hash);
        if (!fits) {
          faults.push(`${head.log}: row ${String(at.seq + 1n)} does not fit its chain`);
          break;
        }
        at = { seq, hash: row.hash };
        rows += 1;
      }
      if (at.seq < BigInt(head.seq)) faults.push(`${head.log}: ends at ${String(at.seq)} of ${head.seq}`);
      this.#verified.set(head.log, at);
    }
    return { rows, faults };
  }
}
