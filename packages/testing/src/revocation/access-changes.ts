import { expectStatus } from '../accounts.ts';
import type { Suite } from '../suite.ts';
import { createWorld, type World } from '../world.ts';
import { revocationTargets, type SuiteOrigins, type Target } from './targets.ts';

/** What takes access away. */
export const accessChanges = [
  'revoke',
  'disable',
  'expire',
  'demote',
  'remove the member',
  'switch the service off',
] as const;
export type AccessChange = (typeof accessChanges)[number];

/** A credential with everything it is good for, and the change that ends it. */
export interface Subject {
  readonly secret: string;
  readonly targets: readonly Target[];
  /** Returns when the suite says that it is done. */
  readonly change: () => Promise<void>;
  /** Milliseconds since 1970 at which it ends by itself. */
  readonly endsAt?: number;
  /** Puts back what later subjects need. */
  readonly restore: () => Promise<void>;
}

export interface SubjectContext {
  readonly suite: Suite;
  readonly world: World;
  readonly origins: SuiteOrigins;
}

const nothing = async () => undefined;

/** Makes `size` subjects for a kind of change; changes go to the instances of platform in turn. */
export function createSubjects(
  change: AccessChange,
  context: SubjectContext,
  size: number,
): Promise<Subject[]> {
  const make = makers[change];
  return Promise.all(Array.from({ length: size }, (_, index) => patiently(() => make(context, index))));
}

/** Making ready is no part of what is measured: on a machine that is too busy it is tried again. */
async function patiently<T>(make: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await make();
    } catch (error) {
      if (attempt === 8 || !String(error).includes('got 503')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

type Maker = (context: SubjectContext, index: number) => Promise<Subject>;

const makers: Record<AccessChange, Maker> = {
  async revoke({ suite, world, origins }, index) {
    const { owner } = world;
    const { id, secret } = await suite.mint(owner);
    const params = { ws: owner.workspace.id, id };
    const change = () =>
      done(
        () => suite.call('revokeAccessToken', { auth: owner.session, params, on: platform(origins, index) }),
        204,
      );
    return { secret, targets: revocationTargets(world, origins), change, restore: nothing };
  },

  async disable({ suite, world, origins }, index) {
    const { owner } = world;
    const { id, secret } = await suite.mint(owner);
    const call = {
      ...{ auth: owner.session, params: { ws: owner.workspace.id, id }, on: platform(origins, index) },
      body: { status: 'disabled' },
    };
    const change = () => done(() => suite.call('updateAccessToken', call), 200);
    return { secret, targets: revocationTargets(world, origins), change, restore: nothing };
  },

  /** Long enough for a busy machine to have it accepted everywhere first. */
  async expire({ suite, world, origins }) {
    const minted = await expectStatus(
      suite.call('createAccessToken', {
        auth: world.owner.session,
        params: { ws: world.owner.workspace.id },
        body: {
          name: 'short',
          expires_in: 120,
          policy: [{ effect: 'allow', actions: ['*'], resources: ['*'] }],
        },
      }),
      201,
    );
    const endsAt = Date.parse(minted.body.expires_at as string);
    const change = () => new Promise<void>((resolve) => setTimeout(resolve, endsAt - Date.now() + 1));
    return {
      ...{ secret: minted.body.secret as string, targets: revocationTargets(world, origins) },
      ...{ change, endsAt, restore: nothing },
    };
  },

  async demote({ suite, world, origins }, index) {
    const { owner } = world;
    const admin = await suite.addMember(owner.workspace, 'admin');
    const { secret } = await suite.mint(
      { session: admin.session, workspace: owner.workspace },
      { kind: 'full' },
    );
    const call = {
      ...{ auth: owner.session, params: { ws: owner.workspace.id, id: admin.memberId } },
      ...{ body: { role: 'member' }, on: platform(origins, index) },
    };
    const change = () => done(() => suite.call('updateMember', call), 200);
    // What is left to members is no violation.
    const targets = revocationTargets(world, origins).filter(({ forAdmins }) => forAdmins);
    return { secret, targets, change, restore: nothing };
  },

  async 'remove the member'({ suite, world, origins }, index) {
    const { owner } = world;
    const admin = await suite.addMember(owner.workspace, 'admin');
    const secret =
      index % 2 === 0
        ? (await suite.mint({ session: admin.session, workspace: owner.workspace }, { kind: 'full' })).secret
        : await accountWideKey(suite, admin.session);
    const params = { ws: owner.workspace.id, id: admin.memberId };
    const change = () =>
      done(
        () => suite.call('removeMember', { auth: owner.session, params, on: platform(origins, index) }),
        204,
      );
    // The key of the whole account has scopes that read; the probe that would write is not for it.
    const targets = revocationTargets(world, origins).filter(
      ({ name }) => index % 2 === 0 || !name.includes('updateWorkspace'),
    );
    return { secret, targets, change, restore: nothing };
  },

  /** In a workspace of its own: it concerns everybody in it. */
  async 'switch the service off'({ suite, origins }, index) {
    // NATS may be away, and with it the log.
    const world = await createWorld(suite, { logged: false });
    const { owner } = world;
    const service = ['heimdall', 'projects', 'audit'][index % 3] as string;
    const call = (enabled: boolean) =>
      done(
        () =>
          suite.call('updateService', {
            ...{
              auth: owner.session,
              params: { ws: owner.workspace.id, service },
              on: platform(origins, index),
            },
            body: { enabled },
          }),
        200,
      );
    const targets = revocationTargets(world, origins).filter((target) => target.service === service);
    return { secret: owner.pat, targets, change: () => call(false), restore: () => call(true) };
  },
};

async function accountWideKey(suite: Suite, session: string): Promise<string> {
  const made = await expectStatus(
    suite.call('createApiKey', { auth: session, body: { name: 'wide', scopes: ['read'] } }),
    200,
  );
  return made.body.data.key as string;
}

function platform({ services: { platform: instances } }: SuiteOrigins, index: number): `http${string}` {
  return instances[index % instances.length] as `http${string}`;
}

/** Who is answered 503 does not know whether it is done, and asks again: the change has returned when it says so. */
async function done(call: () => Promise<{ status: number; text: string }>, status: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const answer = await call();
    // Removed by an attempt that was not answered.
    if (attempt > 1 && status === 204 && answer.status === 404) return;
    if (answer.status !== 503 || attempt === 20) {
      await expectStatus(Promise.resolve(answer), status);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
