import { Fault } from '@pcft/errors';
import type { Call } from '@pcft/http';
import type { DirectoryApp } from '../directory/directory-store.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';

/** What of a call of the Consumer API says who asks, and of which app. */
export type ConsumerCall = Pick<Call, 'principal' | 'audit' | 'request' | 'header'> & {
  readonly params: { readonly app: string };
};

/** The app that is addressed, in whose workspace's log the call belongs. @throws Fault `not-found` */
export async function addressedApp(
  warm: WarmDirectory,
  { params, audit }: ConsumerCall,
): Promise<DirectoryApp> {
  const app = await warm.app(params.app);
  if (!app) throw new Fault('not-found');
  audit.add({ log: app.workspaceId, appId: app.id, resource: `pcft:heimdall:app/${app.id}` });
  return app;
}

/** The end user of an `end-user` operation, whose credential the pipeline has verified. */
export function signedIn({ principal }: Pick<ConsumerCall, 'principal'>): {
  readonly appId: string;
  readonly userId: string;
  readonly sessionId: string;
} {
  if (principal?.type !== 'end-user' || principal.appId === null || principal.sessionId === undefined)
    throw new Error('an end-user operation without an end user');
  return { appId: principal.appId, userId: principal.id, sessionId: principal.sessionId };
}

export function userUrn(appId: string, userId: string): string {
  return `pcft:heimdall:app/${appId}/user/${userId}`;
}
