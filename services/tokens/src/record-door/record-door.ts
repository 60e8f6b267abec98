import { createInstanceFetch, serviceHeaders } from '@pcft/auth';
import { heimdallAdminOperations, type BodyOf, type Operation, type SuccessOf } from '@pcft/contracts';
import { CLIENT_ADDRESS_HEADER, signClientAddress } from '@pcft/credentials';
import { Fault, unavailable, type FaultDetail } from '@pcft/errors';

type Operations = typeof heimdallAdminOperations;
export type Registration = BodyOf<Operations['registerUser']>;
export type UserChange = BodyOf<Operations['changeUser']>;
/** The user as heimdall-admin has it now; the copy here has it too. */
export type RecordedUser = SuccessOf<Operations['changeUser']>;

export type FoundInvite = SuccessOf<Operations['findInvite']>;
/** Who accepts an invite: a user who was found out to be one, or somebody new. */
export type InviteGuest = BodyOf<Operations['acceptInviteFor']>['guest'];

/** For whom heimdall-admin is asked: its audit row tells of this request, not of ours. */
export interface DoorCaller {
  readonly id: string;
  readonly clientIp: string;
  readonly userAgent: string | null;
}

/** The user of an app that is acted for. */
export interface DoorUser {
  readonly appId: string;
  readonly userId: string;
}

/**
 * heimdall-admin's internal door (see its contract): the only way in which this service changes what it has a copy of.
 * What it confirms is in that copy when a call returns, so no lock on the copy may be held meanwhile.
 */
export interface RecordDoor {
  /**
   * Idempotent by the user's id.
   *
   * @throws Fault `conflict` with what is taken, `not-found` for the app, `unavailable`
   */
  registerUser(user: DoorUser, registration: Registration, caller: DoorCaller): Promise<RecordedUser>;
  /** @throws Fault `conflict` (another version, deactivated, address taken), `not-found`, `unavailable` */
  changeUser(user: DoorUser, change: UserChange, caller: DoorCaller): Promise<RecordedUser>;
  /** An invite that can be accepted. @throws Fault `not-found`, `invite-closed`, `conflict`, `unavailable` */
  findInvite(appId: string, token: string, caller: DoorCaller): Promise<FoundInvite>;
  /** @throws Fault `not-found`, `invite-closed`, `invite-not-yours`, `conflict`, `unavailable` */
  acceptInvite(
    appId: string,
    acceptance: { readonly token: string; readonly guest: InviteGuest },
    caller: DoorCaller,
  ): Promise<RecordedUser>;
  /** Idempotent. @throws Fault `not-found`, `conflict` for an archived app, `unavailable` */
  leaveTenant(user: DoorUser, tenantId: string, caller: DoorCaller): Promise<void>;
  /** @throws Fault `unavailable` */
  reportLastUse(items: readonly { readonly id: string; readonly at: string }[]): Promise<void>;
}

export interface RecordDoorOptions {
  /** Comma list of instances. */
  readonly heimdallAdminUrl: string;
  readonly serviceToken: string;
  readonly edgeSecret: string;
  /** Longer than heimdall-admin waits for this service's confirmation. Default 2500. */
  readonly timeoutMs?: number;
}

export function createRecordDoor(options: RecordDoorOptions): RecordDoor {
  const { heimdallAdminUrl, serviceToken, edgeSecret, timeoutMs = 2500 } = options;
  const reach = createInstanceFetch(heimdallAdminUrl.split(','));

  async function ask(
    { operationId, method, path: template }: Operation,
    user: (Partial<DoorUser> & { readonly tenantId?: string }) | null,
    body: unknown,
    caller: DoorCaller | null,
  ): Promise<unknown> {
    const path = template
      .replace(':app_id', encodeURIComponent(user?.appId ?? ''))
      .replace(':user_id', encodeURIComponent(user?.userId ?? ''))
      .replace(':tenant_id', encodeURIComponent(user?.tenantId ?? ''));
    const address =
      caller && signClientAddress(edgeSecret, { ip: caller.clientIp, at: Date.now(), method, path });
    let response: Response;
    let answer: unknown;
    try {
      const headers = {
        ...serviceHeaders(serviceToken),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(caller && { 'x-request-id': caller.id }),
        ...(caller?.userAgent && { 'user-agent': caller.userAgent }),
        ...(address && { [CLIENT_ADDRESS_HEADER]: address }),
      };
      // A change names the version it is made on, and an invite may be used up: the second time it would be refused although it was done.
      const repeatable = operationId !== 'changeUser' && operationId !== 'acceptInviteFor';
      response = await reach(
        path,
        { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) },
        { timeoutMs, repeatable },
      );
      answer = response.status === 204 ? undefined : await response.json();
    } catch (error) {
      throw unavailable(error);
    }
    if (response.ok) return answer;
    const { code, message, details } =
      (answer as { error?: { code?: string; message?: string; details?: FaultDetail[] } }).error ?? {};
    if (code === 'INVITE_FOR_ANOTHER_ADDRESS') throw new Fault('invite-not-yours');
    if (response.status === 410) throw new Fault('invite-closed', { ...(details && { details }) });
    if (response.status === 404) throw new Fault('not-found');
    if (response.status === 409)
      throw new Fault('conflict', { ...(message && { message }), ...(details && { details }) });
    throw unavailable(new Error(`heimdall-admin answered ${response.status} at its door: ${message ?? ''}`));
  }

  const { registerUser, changeUser, findInvite, acceptInviteFor, leaveTenant, reportLastUse } =
    heimdallAdminOperations;
  return {
    registerUser: (user, registration, caller) =>
      ask(registerUser, user, registration, caller) as Promise<RecordedUser>,
    changeUser: (user, change, caller) => ask(changeUser, user, change, caller) as Promise<RecordedUser>,
    findInvite: (appId, token, caller) =>
      ask(findInvite, { appId }, { token }, caller) as Promise<FoundInvite>,
    acceptInvite: (appId, acceptance, caller) =>
      ask(acceptInviteFor, { appId }, acceptance, caller) as Promise<RecordedUser>,
    async leaveTenant(user, tenantId, caller) {
      await ask(leaveTenant, { ...user, tenantId }, undefined, caller);
    },
    async reportLastUse(items) {
      await ask(reportLastUse, null, { items }, null);
    },
  };
}
