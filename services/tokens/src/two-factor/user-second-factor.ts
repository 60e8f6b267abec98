import {
  createRecoveryCodes,
  createTotpSecret,
  recoveryCodeDigest,
  totpStepOf,
  type Sealer,
} from '@pcft/credentials';
import type { MailQueue, MailTransaction } from '@pcft/mail';
import { factorNotice, type Person } from './factor-notice.ts';
import type { UserFactor, UserFactorStore, Statements } from './user-factor-store.ts';

/** What enrolling shows once. */
export interface Enrolment {
  readonly secret: string;
  readonly otpauthUri: string;
}

export type FactorMethod = 'totp' | 'recovery-code';

/** A transaction that what has happened is told with. */
export type NoticedTransaction = Statements & MailTransaction;

/**
 * TOTP (RFC 6238) and recovery codes of end users: made, sealed, and good once. Whatever becomes of them is told to the
 * user by mail, queued in the same transaction: no way around it is open to whoever calls this.
 */
export class UserSecondFactor {
  readonly store: UserFactorStore;
  readonly #sealer: Sealer;
  readonly #pepper: Buffer;
  readonly #mail: MailQueue;

  constructor(ports: { store: UserFactorStore; sealer: Sealer; pepper: Buffer; mail: MailQueue }) {
    this.store = ports.store;
    this.#sealer = ports.sealer;
    this.#pepper = ports.pepper;
    this.#mail = ports.mail;
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
    transaction: NoticedTransaction,
    person: Person,
    factor: UserFactor,
    code: string,
  ): Promise<readonly string[] | null> {
    const userId = person.user.id;
    const step = this.#stepOf(userId, factor, code);
    if (step === null || !(await this.store.activate(transaction, userId, factor.sealed, step))) return null;
    await this.#mail.queue(transaction, factorNotice(person, { kind: 'added' }));
    return this.#replaceRecoveryCodes(transaction, userId);
  }

  /** @returns the new ones, shown once; those from before are void */
  async renewRecoveryCodes(transaction: NoticedTransaction, person: Person): Promise<readonly string[]> {
    await this.#mail.queue(transaction, factorNotice(person, { kind: 'codes-renewed' }));
    return this.#replaceRecoveryCodes(transaction, person.user.id);
  }

  /**
   * With the recovery codes, and sign-ins that wait for it. One that was never activated goes without a mail.
   *
   * @returns false when there is none
   */
  async remove(
    transaction: NoticedTransaction,
    person: Person,
    by: 'removed' | 'removed-by-admin',
  ): Promise<boolean> {
    const removed = await this.store.remove(transaction, person.user.id);
    if (removed?.activatedAt) await this.#mail.queue(transaction, factorNotice(person, { kind: by }));
    return removed !== null;
  }

  /** Uses a code up. `null`: it is wrong, was used before, or there is no active factor. */
  async use(transaction: NoticedTransaction, person: Person, code: string): Promise<FactorMethod | null> {
    const userId = person.user.id;
    const factor = await this.store.find(userId, transaction);
    if (!factor?.activatedAt) return null;
    const step = this.#stepOf(userId, factor, code);
    if (step !== null) return (await this.store.takeStep(transaction, userId, step)) ? 'totp' : null;
    const digest = recoveryCodeDigest(this.#pepper, userId, code);
    if (!(await this.store.takeRecoveryCode(transaction, userId, digest))) return null;
    const left = await this.store.codesLeft(userId, transaction);
    await this.#mail.queue(transaction, factorNotice(person, { kind: 'code-used', left }));
    return 'recovery-code';
  }

  async #replaceRecoveryCodes(transaction: Statements, userId: string): Promise<readonly string[]> {
    const codes = createRecoveryCodes();
    const digests = codes.map((code) => recoveryCodeDigest(this.#pepper, userId, code));
    await this.store.replaceRecoveryCodes(transaction, userId, digests);
    return codes;
  }

  #stepOf(userId: string, { sealed }: UserFactor, code: string): number | null {
    return totpStepOf(this.#sealer.open(userId, sealed), code);
  }
}
