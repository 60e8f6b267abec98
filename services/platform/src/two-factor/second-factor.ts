import {
  createRecoveryCodes,
  createTotpSecret,
  recoveryCodeDigest,
  totpStepOf,
  type Sealer,
} from '@pcft/credentials';
import type { Statements, Transaction } from '../database.ts';
import type { PrismaTwoFactorStore, TwoFactor } from './prisma-two-factor-store.ts';

const issuer = 'ProductCraft';

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
    const secret = createTotpSecret({ issuer, label: email });
    const sealed = this.#sealer.seal(accountId, secret.bytes);
    if (!(await this.#factors.create(transaction, accountId, sealed))) return null;
    const recoveryCodes = await this.renewRecoveryCodes(transaction, accountId);
    return { secret: secret.base32, otpauthUri: secret.uri, recoveryCodes };
  }

  async renewRecoveryCodes(transaction: Transaction, accountId: string): Promise<readonly string[]> {
    const codes = createRecoveryCodes();
    const digests = codes.map((code) => recoveryCodeDigest(this.#pepper, accountId, code));
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
    const digest = recoveryCodeDigest(this.#pepper, accountId, code);
    return (await this.#factors.takeRecoveryCode(statements, accountId, digest)) ? 'recovery-code' : null;
  }

  /** The time step that the code belongs to. */
  #stepOf(accountId: string, { sealed }: TwoFactor, code: string): number | null {
    return totpStepOf(this.#sealer.open(accountId, sealed), code);
  }
}
