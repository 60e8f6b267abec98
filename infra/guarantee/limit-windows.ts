import { signClientAddress, createToken } from '@pcft/credentials';
import { defaultRules, type LimitClass } from '@pcft/limits';
import { fillPath, operationById, sendRequest, type Suite, type WireAnswer, type World } from '@pcft/testing';

/** Where calls are sent. */
export interface Door {
  readonly name: string;
  readonly origin: string;
  /** null: a gateway. */
  readonly service: string | null;
}

/** Somebody whose calls of one class are counted together, and a call that is counted. */
export interface LimitSubject {
  readonly rateClass: LimitClass;
  readonly by: 'PAT' | 'app API key' | 'address';
  readonly limit: number;
  /** Besides the gateways; null where only they count. */
  readonly service: string | null;
  readonly send: (door: Door) => Promise<WireAnswer>;
}

export interface WindowReport {
  readonly offered: number;
  /** Not refused by the limit. */
  readonly answered: number;
  readonly faults: readonly string[];
  readonly seconds: number;
}

let hosts = 0;

/** One of every class, with empty windows: fresh credentials, and an address that nobody has called from. */
export async function subjectsOf(suite: Suite, world: World): Promise<readonly LimitSubject[]> {
  const pats = await Promise.all([1, 2, 3, 4].map(async () => (await suite.mint(world.owner)).secret));
  const key = await suite.call('createAppApiKey', {
    auth: world.owner.pat,
    params: { app: world.app.id },
    body: { name: 'limits' },
  });
  const of = (operationId: string, by: LimitSubject['by'], call: CallOf): LimitSubject => {
    const { rateClass, service } = operationById(operationId);
    if (rateClass === 'internal') throw new Error(`${operationId} is not limited`);
    const limit = defaultRules[rateClass].points;
    return { rateClass, by, limit, service, send: sender(suite, operationId, call) };
  };
  const app = { app: world.app.id };
  const question = { token: world.accessToken, permission: 'projects:read' };
  const address = `203.0.113.${String(++hosts)}`;
  return [
    of('getApp', 'PAT', { auth: pats[0], params: app }),
    of('revokeToken', 'PAT', {
      ...{ auth: pats[1], params: app },
      body: () => ({ refresh_token: createToken('refresh-token') }),
    }),
    of('getAppJwks', 'address', { params: app }),
    of('authorize', 'PAT', { auth: pats[2], body: () => question }),
    of('authorize', 'app API key', { auth: key.body.secret as string, body: () => question }),
    of('introspect', 'PAT', { auth: pats[3] }),
    of('getCurrentUser', 'address', {}),
    of('signInWithEmail', 'address', {
      body: () => ({ email: 'nobody@example.com', password: 'not a password' }),
    }),
    of('signUpWithEmail', 'address', { body: () => ({ email: 'not an address' }) }),
    {
      ...{ rateClass: 'edge', by: 'address', limit: defaultRules.edge.points, service: null },
      send: ({ origin }) =>
        sendRequest({ origin, method: 'GET', path: '/nothing', headers: { 'x-forwarded-for': address } }),
    },
  ];
}

interface CallOf {
  readonly auth?: string | undefined;
  readonly params?: Readonly<Record<string, string>>;
  readonly body?: () => unknown;
}

/** Each subject calls from an address of its own, which the gateways are told and the services have proof of. */
function sender(
  suite: Suite,
  operationId: string,
  { auth, params = {}, body }: CallOf,
): LimitSubject['send'] {
  const { method, path } = operationById(operationId);
  const ip = `198.51.100.${String(++hosts)}`;
  const target = fillPath(path, params);
  return ({ origin, service }) => {
    const seen = { ip, at: Date.now(), method, path: target };
    return sendRequest({
      ...{ origin, method, path: target },
      headers: {
        ...(service === null
          ? { 'x-forwarded-for': ip }
          : { 'x-client-address': signClientAddress(suite.stack.secrets.edgeSecret, seen) }),
        ...(auth !== undefined && { authorization: `Bearer ${auth}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body()) }),
    });
  };
}

/** Sends so many calls, 16 at a time and to the doors in turn, well within one window of a minute. */
export async function measureWindow(
  subject: LimitSubject,
  doors: readonly Door[],
  offered: number,
): Promise<WindowReport> {
  const faults: string[] = [];
  const startedAt = performance.now();
  let [sent, answered] = [0, 0];
  const worker = async (): Promise<void> => {
    while (sent < offered) {
      const door = doors[sent++ % doors.length] as Door;
      const answer = await subject.send(door);
      if (answer.status !== 429) answered += 1;
      const fault = headerFault(answer, subject.rateClass, subject.limit);
      if (fault !== null) faults.push(`${door.name}: ${String(answer.status)} ${fault}`);
      if (answer.status >= 500) faults.push(`${door.name}: ${answer.text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return { offered, answered, faults, seconds: (performance.now() - startedAt) / 1000 };
}

/** What is wrong with the limit's headers of an answer, or null. `limit` undefined: whichever it is. */
export function headerFault(
  { status, headers }: WireAnswer,
  rateClass: LimitClass,
  limit?: number,
): string | null {
  const inSeconds = defaultRules[rateClass].headers === 'ratelimit';
  const spelling = inSeconds ? 'ratelimit' : 'x-ratelimit';
  const read = (name: string) => Number(headers[`${spelling}-${name}`] ?? 'NaN');
  const [told, remaining, reset] = [read('limit'), read('remaining'), read('reset')];
  const seconds = inSeconds ? reset : reset - Date.now() / 1000;
  if (!(told > 0) || (limit !== undefined && told !== limit)) return `${spelling}-limit is ${String(told)}`;
  if (!(remaining >= 0 && remaining <= told)) return `${spelling}-remaining is ${String(remaining)}`;
  const window = defaultRules[rateClass].windowSeconds;
  if (!(seconds > -3 && seconds <= window + 3)) return `${spelling}-reset is ${String(reset)}`;
  if (status === 429 && (remaining !== 0 || !(Number(headers['retry-after']) >= 1)))
    return 'refused without Retry-After, or with calls remaining';
  return null;
}
