import type { tokensOperations } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { peekAccessToken, type PeekedToken, type PeekRefusal } from '../access-tokens/peek-access-token.ts';
import type { DirectoryApp, DirectoryStore } from '../directory/directory-store.ts';
import type { SigningKeys } from '../signing-keys/signing-keys.ts';
import { authorize, refuse, type AuthorizeDecision } from './authorize.ts';
import { appUrn } from './subject-app.ts';

type AuthorizeOperations = Pick<typeof tokensOperations, 'authorize'>;
type AuthorizeCall = Call<AuthorizeOperations['authorize'], DirectoryApp | undefined>;

export function authorizeHandlers(deps: {
  directory: DirectoryStore;
  keys: SigningKeys;
  publicUrl: string;
}): Handlers<AuthorizeOperations> {
  async function decide(
    appId: string | null,
    token: PeekedToken | PeekRefusal,
    permissions: readonly string[],
  ): Promise<AuthorizeDecision> {
    if (typeof token === 'string') return refuse(token);
    if (appId === null) return refuse('app_unknown');
    return authorize(deps, appId, token, permissions);
  }

  return {
    async authorize(call: AuthorizeCall) {
      const permissions = neededPermissions(call.body);
      const token = peekAccessToken(call.body.token);
      const appId = await addressedApp(call, deps.directory, token);
      const decision = await decide(appId, token, permissions);
      noteDecision(call, appId, permissions, decision);
      return toWire(decision);
    },
  };
}

function neededPermissions(body: AuthorizeCall['body']): readonly string[] {
  const { permission, permissions } = body;
  if (permission !== undefined && permissions !== undefined) {
    throw invalid('permissions', 'excludes permission', 'permission and permissions exclude each other');
  }
  const needed = permissions ?? (permission === undefined ? undefined : [permission]);
  if (!needed) throw invalid('permission', 'required', 'permission or permissions is required');
  return needed;
}

/**
 * The app the call is about, after it has been decided that the caller may ask about it.
 *
 * - An app API key asks about its own app and no other: naming another gives the 404 of an app that does not exist.
 * - A PAT that names an app was decided on by the pipeline; naming none that exists is a 404.
 * - Without a name it is the token that names the app. One that is foreign to the caller is told like one that does
 *   not exist: as an answer about the token (`null`), since a bad subject token is no fault of the call.
 */
async function addressedApp(
  call: AuthorizeCall,
  directory: DirectoryStore,
  token: PeekedToken | PeekRefusal,
): Promise<string | null> {
  const { principal, located, body } = call;
  if (principal?.type === 'app-key') {
    const own = principal.appId;
    call.audit.add({ ...(own && { appId: own, resource: appUrn(own) }) });
    if (body.app !== undefined && located?.id !== own) throw new Fault('not-found');
    return own;
  }
  if (located) return located.id;
  if (body.app !== undefined) throw new Fault('not-found');
  if (typeof token === 'string') return null;
  const app = await directory.findApp(token.appId);
  return app && (await maySee(call, app)) ? app.id : null;
}

async function maySee(call: AuthorizeCall, app: DirectoryApp): Promise<boolean> {
  try {
    await call.decide({ workspace: app.workspaceId, resource: appUrn(app.id) });
    return true;
  } catch (error) {
    if (error instanceof Fault && error.fault === 'not-found') return false;
    throw error;
  }
}

function noteDecision(
  { audit, body }: AuthorizeCall,
  appId: string | null,
  permissions: readonly string[],
  { allowed, reason, subject }: AuthorizeDecision,
): void {
  audit.add({
    ...(appId && { appId }),
    ...(subject && { target: { type: 'user', id: subject.id } }),
    outcome: allowed ? 'success' : 'denied',
    metadata: { reason, permissions, ...(body.resource !== undefined && { resource: body.resource }) },
  });
}

function toWire({ allowed, reason, subject }: AuthorizeDecision) {
  const principal = subject && {
    type: subject.type,
    id: subject.id,
    app_id: subject.appId,
    email: subject.email,
    roles: [...subject.roles],
    permissions: [...subject.permissions],
  };
  return { allowed, reason, principal };
}
