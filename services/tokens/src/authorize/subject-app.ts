import type { Locator } from '@pcft/http';
import type { DirectoryApp, DirectoryStore } from '../directory/directory-store.ts';

/** What could be an app's id or name; anything else is refused with the body. */
const reference = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/**
 * The locator of authorize: the app that the caller names. Where none is named it is the subject token that says
 * which app is meant, and a bad token is an answer, not a fault: the use case finds out.
 */
export function locateSubjectApp(directory: DirectoryStore): Locator<DirectoryApp> {
  return async ({ rawBody }) => {
    const named = (rawBody as { app?: unknown } | null | undefined)?.app;
    const app = typeof named === 'string' && reference.test(named) ? await directory.findApp(named) : null;
    return app && { workspaceId: app.workspaceId, urn: { app: app.id }, appId: app.id, entity: app };
  };
}

export function appUrn(appId: string): string {
  return `pcft:heimdall:app/${appId}`;
}
