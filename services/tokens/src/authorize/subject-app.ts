import type { Locator } from '@pcft/http';
import type { DirectoryApp } from '../directory/directory-store.ts';
import type { WarmDirectory } from '../warm/warm-directory.ts';

/** What could be an app's id or name; anything else is refused with the body. */
const reference = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/**
 * The locator of authorize: the app that the caller names. Where none is named it is the subject token that says
 * which app is meant, and a bad token is an answer, not a fault: the use case finds out.
 */
export function locateSubjectApp(warm: WarmDirectory): Locator<DirectoryApp> {
  return async ({ rawBody }) => {
    const named = (rawBody as { app?: unknown } | null | undefined)?.app;
    return typeof named === 'string' && reference.test(named) ? located(await warm.app(named)) : null;
  };
}

/** The locator of what stands below an app's path. */
export function locateApp(warm: WarmDirectory): Locator<DirectoryApp> {
  return async ({ params }) => located(await warm.app(params['app'] ?? ''));
}

function located(app: DirectoryApp | null) {
  return app && { workspaceId: app.workspaceId, urn: { app: app.id }, appId: app.id, entity: app };
}

export function appUrn(appId: string): string {
  return `pcft:heimdall:app/${appId}`;
}
