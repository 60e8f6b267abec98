import { BusyError, createId, type PasswordHasher } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { DirectoryUser } from '../directory/directory-store.ts';
import type { Device } from '../sessions/session-store.ts';
import type { RecordDoor } from './record-door.ts';

/** Replaces hashes that were imported, or made with other parameters, once the password is known: at a sign-in. */
export interface PasswordUpgrades {
  /** Of a user who has just signed in with this password. Returns at once; what fails is tried at the next sign-in. */
  consider(user: DirectoryUser, password: string, device: Device): void;
  /** Resolves when none is under way. */
  settled(): Promise<void>;
}

export function createPasswordUpgrades(options: {
  readonly door: Pick<RecordDoor, 'changeUser'>;
  readonly passwords: PasswordHasher;
  readonly onError: (error: unknown) => void;
}): PasswordUpgrades {
  const { door, passwords, onError } = options;
  const underWay = new Map<string, Promise<void>>();

  async function upgrade({ id, appId, version }: DirectoryUser, password: string, { ip, userAgent }: Device) {
    try {
      const hash = await passwords.onBehalfOf({ key: appId }).hash(password);
      // By the version that was verified: whoever has changed the password meanwhile is not overruled.
      const change = {
        event: 'user.password-upgraded',
        expected_version: version,
        password_hash: hash,
      } as const;
      // No call of the user's: it has been answered by then.
      const caller = { id: createId('req_'), clientIp: ip, userAgent };
      await door.changeUser({ appId, userId: id }, change, caller);
    } catch (error) {
      const later = error instanceof BusyError || (error instanceof Fault && error.fault === 'conflict');
      if (!later) onError(error);
    }
  }

  return {
    consider(user, password, device) {
      if (user.passwordHash === null || !passwords.needsRehash(user.passwordHash)) return;
      if (underWay.has(user.id)) return;
      const done = upgrade(user, password, device).finally(() => underWay.delete(user.id));
      underWay.set(user.id, done);
    },
    async settled() {
      await Promise.all(underWay.values());
    },
  };
}
