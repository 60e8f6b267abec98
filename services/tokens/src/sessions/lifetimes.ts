import type { DirectoryApp } from '../directory/directory-store.ts';
import type { SessionLifetimes } from './session-store.ts';

/** As the app's settings have it at this moment. */
export function lifetimesOf({ settings: { sessions } }: DirectoryApp): SessionLifetimes {
  return { idleSeconds: sessions.idle_seconds, lifetimeSeconds: sessions.lifetime_seconds };
}
