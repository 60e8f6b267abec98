import { Fault } from '@pcft/errors';
import type { Call } from '@pcft/http';
import type { PeekedToken, PeekRefusal } from '../access-tokens/peek-access-token.ts';
import type { DirectoryApp } from '../directory/directory-store.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';
import { appUrn } from './subject-app.ts';

/** What of a call says which app it is about. */
export type Asking = Pick<
  Call<unknown, DirectoryApp | undefined>,
  'principal' | 'located' | 'audit' | 'decide'
>;

/**
 * The app the call is about, after it has been decided that the caller may ask about it.
 *
 * - An app API key asks about its own app and no other: naming another gives the 404 of an app that does not exist.
 * - A PAT that names an app was decided on by the pipeline; naming none that exists is a 404.
 * - Without a name it is the token that names the app. One that is foreign to the caller is told like one that does
 *   not exist: as an answer about the token (`null`), since a bad subject token is no fault of the call.
 */
export async function addressedApp(
  call: Asking,
  warm: WarmDirectory,
  named: string | undefined,
  token: PeekedToken | PeekRefusal,
): Promise<string | null> {
  const { principal, located } = call;
  if (principal?.type === 'app-key') {
    const own = principal.appId;
    call.audit.add({ ...(own && { appId: own, resource: appUrn(own) }) });
    if (named !== undefined && located?.id !== own) throw new Fault('not-found');
    return own;
  }
  if (located) return located.id;
  if (named !== undefined) throw new Fault('not-found');
  if (typeof token === 'string') return null;
  const app = await warm.app(token.appId);
  return app && (await maySee(call, app)) ? app.id : null;
}

async function maySee(call: Asking, app: DirectoryApp): Promise<boolean> {
  try {
    await call.decide({ workspace: app.workspaceId, resource: appUrn(app.id) });
    return true;
  } catch (error) {
    if (error instanceof Fault && error.fault === 'not-found') return false;
    throw error;
  }
}
