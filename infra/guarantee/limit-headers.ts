import { sendRequest, type Suite, type WireRequest, type World } from '@pcft/testing';
import type { LimitClass } from '@pcft/limits';
import { headerFault, type Door } from './limit-windows.ts';

interface Probe {
  readonly status: number;
  readonly request: Omit<WireRequest, 'origin'>;
  readonly rateClass?: LimitClass;
  /** Which doors: `both` by default. */
  readonly at?: 'gateway';
}

/** Whatever the answer is, it says where its caller stands: successes, refusals, faults, unknown routes, 503. */
export async function askForHeaders(suite: Suite, world: World, doors: readonly Door[]): Promise<boolean> {
  const { control } = suite;
  const narrow = await suite.mint(world.owner, {
    policy: [{ effect: 'allow', actions: ['workspace.read'], resources: ['*'] }],
  });
  const faults = await ask(doors, probesOf(world, narrow.secret, await entityTag(suite, world)));
  const app = `/v1/apps/${world.app.id}`;
  const fresh = (await suite.mint(world.owner)).secret;
  const away: Probe = { status: 503, request: { ...get(app, fresh), timeoutMs: 10_000 } };
  const platforms = ['platform', ...(await instancesOf(suite, 'platform'))];
  for (const name of platforms) await control.pause(name);
  try {
    faults.push(...(await ask(doors, [away])));
  } finally {
    for (const name of platforms) await control.resume(name);
  }
  const admins = ['heimdall-admin', ...(await instancesOf(suite, 'heimdall-admin'))];
  for (const name of admins) await control.stop(name);
  faults.push(...(await ask(doors, [{ ...away, at: 'gateway' }])));
  console.log(`answers of every kind without right headers: ${String(faults.length)}`);
  for (const text of faults) console.log(`  ! ${text}`);
  return faults.length === 0;
}

const get = (path: string, auth?: string): Omit<WireRequest, 'origin'> => ({
  ...{ method: 'GET', path },
  headers: auth === undefined ? {} : { authorization: `Bearer ${auth}` },
});

function probesOf({ owner: { pat }, app: { id, name } }: World, narrow: string, tag: string): Probe[] {
  const app = `/v1/apps/${id}`;
  const bearer = { authorization: `Bearer ${pat}`, 'content-type': 'application/json' };
  const post = (path: string, body: string, headers: Record<string, string> = bearer) => ({
    ...{ method: 'POST', path, body, headers },
  });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const jwks = { ...get(`${app}/.well-known/jwks.json`), headers: { 'if-none-match': tag } };
  return [
    { status: 200, request: get(app, pat) },
    {
      status: 201,
      request: post(`${app}/roles`, `{"name":"r-${Date.now().toString(36)}","permissions":[]}`),
    },
    { status: 304, request: jwks },
    { status: 400, request: get(`${app}/roles?limit=0`, pat) },
    { status: 400, request: post(`${app}/roles`, '{') },
    { status: 400, request: post(`${app}/tokens`, 'grant_type=none', form) },
    { status: 401, request: get(app) },
    { status: 401, request: get(app, 'pcft_live_guess') },
    { status: 401, request: get('/api/user/me'), rateClass: 'quickstart' },
    { status: 403, request: get('/v1/apps/' + name + '/users', narrow) },
    { status: 404, request: get('/v1/apps/app_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V', pat) },
    { status: 404, request: get(`${app}/nothing`, pat) },
    { status: 404, request: get('/nothing') },
    { status: 404, request: get('/api/user/nothing'), rateClass: 'quickstart' },
    { status: 405, request: { ...get(app, pat), method: 'PUT' } },
    { status: 409, request: post('/v1/apps', JSON.stringify({ name, display_name: 'Again' })) },
    { status: 413, request: post(`${app}/roles`, JSON.stringify({ name: 'x'.repeat(2_000_000) })) },
    { status: 415, request: post(`${app}/roles`, 'x', { ...bearer, 'content-type': 'text/plain' }) },
    { status: 400, request: get('/v1//apps', pat), at: 'gateway' },
    { status: 414, request: get(`/v1/apps?status=${'x'.repeat(12_000)}`, pat), at: 'gateway' },
  ];
}

/** Each probe at both gateways, and at both processes of the service that answers it. */
async function ask(doors: readonly Door[], probes: readonly Probe[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { status, request, rateClass = 'admin', at } of probes) {
    const service = serviceOf(request.path);
    const used = doors.filter(
      (door) => door.service === null || (at !== 'gateway' && door.service === service),
    );
    for (const door of used) {
      const answer = await sendRequest({ origin: door.origin, ...request });
      const what = `${door.name} ${request.method} ${request.path.slice(0, 60)}: ${String(answer.status)}`;
      const fault = headerFault(answer, rateClass);
      // The 201 is a 409 at the second door.
      const expected = answer.status === status || (status === 201 && answer.status === 409);
      if (!expected) faults.push(`${what}, expected ${String(status)}`);
      if (fault !== null) faults.push(`${what}, ${fault}`);
    }
  }
  return faults;
}

function serviceOf(path: string): string {
  if (path.startsWith('/api/')) return 'platform';
  return /\/tokens|jwks/.test(path) ? 'tokens' : 'heimdall-admin';
}

async function entityTag(suite: Suite, world: World): Promise<string> {
  const { headers } = await suite.call('getAppJwks', { params: { app: world.app.id } });
  return headers['etag'] ?? '';
}

async function instancesOf(suite: Suite, service: string): Promise<string[]> {
  const names = (await suite.control.processes()).map(({ name }) => name);
  return names.filter((name) => new RegExp(`^${service}-\\d+$`).test(name));
}
