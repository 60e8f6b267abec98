import { tokenDigest, type Sealer } from '@pcft/credentials';
import { randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Statements, Transaction } from '../database.ts';
import type { PrismaTwoFactorStore, TwoFactor } from './prisma-two-factor-store.ts';

const issuer = 'ProductCraft';
const period = 30;
/** A code of the step before or after is taken too: clocks differ, and people type (RFC 6238 section 5.2). */
const window = 1;
const secretBytes = 20;
const recoveryCodeCount = 10;
/** Crockford's letters: none is mistaken for another. 10 of them are 50 bits. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What enrolling shows once. */
export interface Enrolment {
  readonly secret: string;
  readonly otpauthUri: string;
  readonly recoveryCodes: readonly string[];
}

export type FactorMethod = 'totp' | 'recovery-code';

/** TOTP (RFC 6238) and recovery codes: made, sealed, and good once. */
export class SecondFactor {
  readonly #factors: PrismaTwoFactorStore;
  readonly #sealer: Sealer;
  readonly #pepper: Buffer;

  constructor(ports: { factors: PrismaTwoFactorStore; sealer: Sealer; pepper: Buffer }) {
    this.#factors = ports.factors;
    this.#sealer = ports.sealer;
    this.#pepper = ports.pepper;
  }

  /** `null` when the account has an active one. */
  async enrol(transaction: Transaction, accountId: string, email: string): Promise<Enrolment | null> {
    const secret = new Secret({ size: secretBytes });
    const sealed = this.#sealer.seal(accountId, Buffer.from(secret.bytes));
    if (!(await this.#factors.create(transaction, accountId, sealed))) return null;
    const recoveryCodes = await this.renewRecoveryCodes(transaction, accountId);
    const totp = new TOTP({ issuer, label: email, secret, period });
    return { secret: secret.base32, otpauthUri: totp.toString(), recoveryCodes };
  }

  async renewRecoveryCodes(transaction: Transaction, accountId: string): Promise<readonly string[]> {
    const codes = Array.from({ length: recoveryCodeCount }, createRecoveryCode);
    const digests = codes.map((code) => this.#digest(accountId, code));
    await this.#factors.replaceRecoveryCodes(transaction, accountId, digests);
    return codes;
  }

  /** Activates the pending factor if the code is its own. */
  async activate(transaction: Transaction, accountId: string, factor: TwoFactor, code: string) {
    const step = this.#stepOf(accountId, factor, code);
    return step !== null && this.#factors.activate(transaction, accountId, factor.sealed, step);
  }

  /** Uses a code up. `null`: it is wrong, was used before, or there is no active factor. */
  async use(statements: Statements, accountId: string, code: string): Promise<FactorMethod | null> {
    const factor = await this.#factors.find(accountId, statements);
    if (!factor?.activatedAt) return null;
    const step = this.#stepOf(accountId, factor, code);
    if (step !== null) return (await this.#factors.takeStep(statements, accountId, step)) ? 'totp' : null;
    const digest = this.#digest(accountId, code);
    return (await this.#factors.takeRecoveryCode(statements, accountId, digest)) ? 'recovery-code' : null;
  }

  /** The time step that the code belongs to. */
  #stepOf(accountId: string, { sealed }: TwoFactor, code: string, now = Date.now()): number | null {
    const token = code.replaceAll(/\s/g, '');
    if (!/^\d{6}$/.test(token)) return null;
    const secret = new Secret({ buffer: Uint8Array.from(this.#sealer.open(accountId, sealed)).buffer });
    const delta = new TOTP({ secret, period }).validate({ token, timestamp: now, window });
    return delta === null ? null : Math.floor(now / 1000 / period) + delta;
  }

  /** Bound to its account, and written in any way a person may write it. */
  #digest(accountId: string, code: string): Buffer<ArrayBuffer> {
    const written = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
    return tokenDigest(this.#pepper, JSON.stringify(['recovery-code', accountId, written]));
  }
}

function createRecoveryCode(): string {
  const part = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return `${part()}-${part()}`;
}
