import { assertAwaited, type BoundedQueue, type PasswordHasher } from '@pcft/credentials';
import { endUserLanes, singleLane, type GuessLimiter } from '@pcft/limits';
import type { DirectoryApp, DirectoryStore, DirectoryUser } from '../directory/directory-store.ts';
import type { Admission, Device } from '../sessions/session-store.ts';
import type { PasswordUpgrades } from '../record-door/password-upgrades.ts';
import { secondFactorLane } from '../two-factor/prove-user.ts';
import type { UserSecondFactor } from '../two-factor/user-second-factor.ts';
import { beginSession, byPassword, type BeginSessionDeps, type CommitSession } from './begin-session.ts';
import type { GrantedTokens } from './granted-tokens.ts';
import { isPasswordOf } from './is-password-of.ts';

export interface PasswordGrantDeps extends BeginSessionDeps {
  readonly directory: DirectoryStore;
  readonly passwords: PasswordHasher;
  readonly guesses: GuessLimiter;
  /** Wrong passwords before the first delay. */
  readonly freeGuesses: number;
  readonly upgrades: Pick<PasswordUpgrades, 'consider'>;
  readonly secondFactor: UserSecondFactor;
  /**
   * Sign-ins take turns from the first query on, so that hundreds that come at once leave room for other calls; those of
   * one app leave turns to the others.
   */
  readonly signIns: Pick<BoundedQueue, 'run'>;
}

/** For the audit row; the caller is told `tenant_refused` apart from the others. */
export type SignInRefusal =
  | 'unknown_user'
  | 'no_password'
  | 'wrong_password'
  | 'user_inactive'
  | 'email_not_verified'
  | 'tenant_refused'
  | 'wrong_code';

/** A user of whom there is a password to know. */
export type PasswordUser = DirectoryUser & { readonly passwordHash: string };

export type SignIn =
  | { readonly refused: SignInRefusal; readonly userId: string | null }
  | { readonly refused: 'too_many_guesses'; readonly userId: null; readonly retryAfterSeconds: number }
  /** The password was right, and it is not enough. */
  | { readonly refused: 'second_factor_required'; readonly userId: string; readonly user: PasswordUser }
  | { readonly refused: null; readonly granted: GrantedTokens };

export interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  /** The tenant that the session is to be for. */
  readonly tenantId?: string | null;
  /** A code of the second factor; for users without one it is not looked at. */
  readonly otp?: string | null;
  readonly device: Device;
  /** Aborted when the caller has left: no session begins for nobody. */
  readonly abandoned: AbortSignal;
}

/** Undoes the transaction of a sign-in: what was shown in it is not used up. */
class NotAdmitted extends Error {
  readonly reason: 'wrong_code' | 'tenant_refused';
  constructor(reason: NotAdmitted['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Signs an end user in by e-mail and password. Every refusal of the password costs the same, whoever the user is
 * or whether there is one (`isPasswordOf`), so that the time tells nothing either.
 *
 * @throws BusyError when too many sign-ins wait for their turn, it does not come in time or the caller has left
 */
export function passwordGrant(
  deps: PasswordGrantDeps,
  app: DirectoryApp,
  given: PasswordSignIn,
  commit: CommitSession,
): Promise<SignIn> {
  const turn = { key: app.id, abandoned: given.abandoned };
  return deps.signIns.run(() => signIn(deps, app, given, commit), turn);
}

async function signIn(
  deps: PasswordGrantDeps,
  app: DirectoryApp,
  { email, password, tenantId = null, otp = null, device, abandoned }: PasswordSignIn,
  commit: CommitSession,
): Promise<SignIn> {
  // Every way of signing in draws on the same budgets, and before anything is looked at.
  const attempt = await deps.guesses.attempt(
    endUserLanes({ appId: app.id, email, ip: device.ip, freeAttempts: deps.freeGuesses }),
  );
  if (!attempt.allowed)
    return { refused: 'too_many_guesses', userId: null, retryAfterSeconds: attempt.retryAfterSeconds };
  const user = await deps.directory.findUserByEmail(app.id, email);
  const reason = await checkPassword(deps, app, user, password, abandoned);
  if (reason === null || reason === 'email_not_verified') await attempt.succeeded();
  if (reason !== null) return { refused: reason, userId: user?.id ?? null };
  assertAwaited(abandoned);
  const known = user as PasswordUser;
  const guarded = await deps.secondFactor.isActive(known.id);
  if (guarded && otp === null) return { refused: 'second_factor_required', userId: known.id, user: known };
  const membership =
    tenantId === null ? null : await deps.directory.findMembership(app.id, tenantId, known.id);
  const foreign = tenantId !== null && !membership;
  // Where a code is to be shown it is told only to who has shown one.
  if (foreign && !guarded) return { refused: 'tenant_refused', userId: known.id };
  const codes = guarded
    ? await deps.guesses.attempt(singleLane(secondFactorLane(known.id), deps.freeGuesses))
    : null;
  if (codes && !codes.allowed)
    return { refused: 'too_many_guesses', userId: null, retryAfterSeconds: codes.retryAfterSeconds };
  const admits: Admission = async (transaction, standing) => {
    if (!(await byPassword(known)(transaction, standing))) return false;
    if (guarded && (await deps.secondFactor.use(transaction, { app, user: known }, otp ?? '')) === null)
      throw new NotAdmitted('wrong_code');
    if (foreign) throw new NotAdmitted('tenant_refused');
    return true;
  };
  try {
    const granted = await beginSession(deps, app, known, { device, membership, admits }, commit);
    if (!granted) return { refused: 'user_inactive', userId: known.id };
    await codes?.succeeded();
    deps.upgrades.consider(known, password, device);
    return { refused: null, granted };
  } catch (error) {
    if (error instanceof NotAdmitted) return { refused: error.reason, userId: known.id };
    throw error;
  }
}

/** Why the sign-in is refused, or `null`. */
async function checkPassword(
  deps: Pick<PasswordGrantDeps, 'passwords' | 'directory'>,
  { id, settings }: DirectoryApp,
  user: DirectoryUser | null,
  password: string,
  abandoned: AbortSignal,
): Promise<SignInRefusal | null> {
  const right = await isPasswordOf(deps, id, user, password, abandoned);
  if (!user?.passwordHash) return user ? 'no_password' : 'unknown_user';
  if (!right) return 'wrong_password';
  if (!user.active) return 'user_inactive';
  return settings.require_verified_email && !user.emailVerified ? 'email_not_verified' : null;
}
