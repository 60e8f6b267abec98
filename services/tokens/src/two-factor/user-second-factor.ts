import {
  createRecoveryCodes,
  createTotpSecret,
  recoveryCodeDigest,
  totpStepOf,
  type Sealer,
} from '@pcft/credentials';
import type { UserFactor, UserFactorStore, Statements } from './user-factor-store.ts';

/** What enrolling shows once. */
export interface Enrolment {
  readonly secret: string;
  readonly otpauthUri: string;
}

export type FactorMethod = 'totp' | 'recovery-code';

/** TOTP (RFC 6238) and recovery codes of end users: made, sealed, and good once. */
export class UserSecondFactor {
  readonly store: UserFactorStore;
  readonly #sealer: Sealer;
  readonly #pepper: Buffer;

  constructor(ports: { store: UserFactorStore; sealer: Sealer; pepper: Buffer }) {
    this.store = ports.store;
    this.#sealer = ports.sealer;
    this.#pepper = ports.pepper;
  }

  /** Whether it is asked for at sign-in. */
  async isActive(userId: string): Promise<boolean> {
    return ((await this.store.find(userId))?.activatedAt ?? null) !== null;
  }

  /** @param labels who asks and whom, as the authenticator shows it @returns `null` when there is an active one */
  async enrol(
    transaction: Statements,
    userId: string,
    labels: { readonly issuer: string; readonly label: string },
  ): Promise<Enrolment | null> {
    const secret = createTotpSecret(labels);
    const created = await this.store.create(transaction, userId, this.#sealer.seal(userId, secret.bytes));
    return created ? { secret: secret.base32, otpauthUri: secret.uri } : null;
  }

  /** Activates the pending factor if the code is its own. @returns recovery codes, shown once; `null`: it is not */
  async activate(
    transaction: Statements,
    userId: string,
    factor: UserFactor,
    code: string,
  ): Promise<readonly string[] | null> {
    const step = this.#stepOf(userId, factor, code);
    if (step === null || !(await this.store.activate(transaction, userId, factor.sealed, step))) return null;
    return this.renewRecoveryCodes(transaction, userId);
  }

  async renewRecoveryCodes(transaction: Statements, userId: string): Promise<readonly string[]> {
    const codes = createRecoveryCodes();
    const digests = codes.map((code) => recoveryCodeDigest(this.#pepper, userId, code));
    await this.store.replaceRecoveryCodes(transaction, userId, digests);
    return codes;
  }

  /** Uses a code up. `null`: it is wrong, was used before, or there is no active factor. */
  async use(statements: Statements, userId: string, code: string): Promise<FactorMethod | null> {
    const factor = await this.store.find(userId, statements);
    if (!factor?.activatedAt) return null;
    const step = this.#stepOf(userId, factor, code);
    if (step !== null) return (await this.store.takeStep(statements, userId, step)) ? 'totp' : null;
    const digest = recoveryCodeDigest(this.#pepper, userId, code);
    return (await this.store.takeRecoveryCode(statements, userId, digest)) ? 'recovery-code' : null;
  }

  #stepOf(userId: string, { sealed }: UserFactor, code: string): number | null {
    return totpStepOf(this.#sealer.open(userId, sealed), code);
  }
}
