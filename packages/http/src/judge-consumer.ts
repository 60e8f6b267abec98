import type { Credential } from '@pcft/auth';
import type { Access } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { AuditRow } from './audit-row.ts';
import { badCredential, type Verdict } from './judge.ts';
import type { CallOptions } from './service-app-options.ts';

type ConsumerAccess = Extract<Access, { readonly kind: 'public' | 'end-user' }>;

/**
 * Judges the credentials of a call to the Consumer API. An app API key has to be in force and to hold the permission;
 * an end user's token has to be in force; both have to be of the app that is addressed, and any other looks like one
 * that does not exist.
 *
 * @param params `null` where the path is malformed, which is told to those whose credential is good
 */
export async function judgeConsumer(
  { ownCredentials = {}, locators = {} }: Pick<CallOptions, 'ownCredentials' | 'locators'>,
  row: AuditRow,
  credential: Credential,
  access: ConsumerAccess,
  params: Readonly<Record<string, string>> | null,
): Promise<Verdict> {
  const key = credential.kind === 'app-key' ? credential.token : credential.appKey;
  const verifiedKey = key === undefined ? undefined : await ownCredentials['app-key']?.(key);
  const verifiedUser =
    credential.kind === 'end-user' ? await ownCredentials['end-user']?.(credential.token) : undefined;
  const verified = [verifiedUser, verifiedKey].filter((each) => each !== undefined);
  // Whose log it is: the user's where there is one.
  const [first] = verified.filter((each) => each !== null);
  if (first) row.add({ log: first.workspaceId });
  const bad = verified.find((each) => !each?.active);
  if (bad !== undefined) return badCredential(credential, bad?.principal ?? null);
  const principal = first?.principal ?? null;
  const refused = (fault: Fault): Verdict => ({
    principal,
    access: null,
    visible: [],
    decision: null,
    fault,
  });
  if (access.kind === 'end-user' && !verifiedUser)
    return refused(
      new Fault('credential-missing', { message: 'The access token of an end user is required' }),
    );
  if (params && !(await allAreOf(verified.map((each) => each?.principal.appId))))
    return refused(new Fault('not-found'));
  const needed = access.appKeyPermission;
  if (verifiedKey && needed !== undefined && !verifiedKey.allows?.(needed))
    return refused(keyPermissionMissing(needed));
  return { principal, access: null, visible: [], decision: null, fault: null };

  async function allAreOf(appIds: readonly (string | null | undefined)[]): Promise<boolean> {
    const addressed = await locators['app']?.({ params: params ?? {}, rawBody: undefined });
    return appIds.every((appId) => appId !== undefined && appId === addressed?.appId);
  }
}

/** 403 for an app API key whose permissions do not cover a call. */
export function keyPermissionMissing(needed: string): Fault {
  return new Fault('policy-denied', {
    message: 'The permissions of this app API key do not cover the call',
    details: [{ field: 'permissions', reason: `needs ${needed}` }],
  });
}
