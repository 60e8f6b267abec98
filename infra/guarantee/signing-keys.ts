import { parseArgs } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { connectSuite, createWorld, readStackFile, type Suite, type World } from '@pcft/testing';
import { runCommand } from '../checks/run-command.ts';
import { stopRequests } from '../stop-requests.ts';
import { withStack } from '../stack/with-stack.ts';

/** The lead and the JWKS' age as they would be a hundred times slower. */
const env = { SIGNING_KEY_LEAD_SECONDS: '3', JWKS_MAX_AGE_SECONDS: '1' };

/**
 * Guarantee 9: the negative list of RFC 8725, then keys that rotate under load while two processes and an independent
 * verifier with a cached JWKS check every token. Options: `--seconds 40`, and `--sabotage`, which retires keys instead
 * of rotating them: valid tokens are then refused, and the run has to see it.
 */
export async function proveSigningKeys(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { seconds: { type: 'string', default: '40' }, sabotage: { type: 'boolean', default: false } },
  });
  const list = 'services/tokens/src/access-tokens/access-token.test.ts';
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  const { ok, output } = await runCommand([...jest, '--config', 'jest.unit.config.mjs', list], {
    signal: stopRequests(),
  });
  console.log(`RFC 8725, the negative list: ${/Tests:.*/.exec(output)?.[0] ?? output.slice(-500)}`);
  if (!ok) return false;
  return withStack({ log: console.log, env }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      return await underLoad(suite, Number(values.seconds), values.sabotage);
    } finally {
      await suite.close();
    }
  });
}

interface Tally {
  issued: number;
  authorized: number;
  verified: number;
  readonly kids: Set<string>;
  readonly refused: string[];
}

async function underLoad(suite: Suite, seconds: number, sabotage: boolean): Promise<boolean> {
  const world = await createWorld(suite);
  const second = await suite.control.startInstance('tokens');
  const doors = ['service', second.url as `http${string}`] as const;
  const jwks = createRemoteJWKSet(
    new URL(`${suite.serviceUrl('tokens')}/v1/apps/${world.app.id}/.well-known/jwks.json`),
    // Keeps what it has for twice as long as it was told it may, and never looks again before.
    { cacheMaxAge: 2_000, cooldownDuration: 2_000 },
  );
  const tally: Tally = { issued: 0, authorized: 0, verified: 0, kids: new Set(), refused: [] };
  const until = Date.now() + seconds * 1000;
  const workers = doors.map(async (on, index) => {
    let token = world.refreshToken;
    if (index > 0) token = (await signIn(suite, world)).refresh;
    while (Date.now() < until) {
      const refreshed = await suite.call('refreshToken', {
        params: { app: world.app.id },
        body: { refresh_token: token },
        on,
      });
      if (refreshed.status !== 200) throw new Error(`refresh answered ${String(refreshed.status)}`);
      token = refreshed.body.refresh_token as string;
      await check(suite, world, refreshed.body.access_token as string, doors, jwks, tally);
    }
  });
  let rotations = 0;
  while (Date.now() < until) {
    const [operation, more] = sabotage
      ? (['retireSigningKey', { kid: [...tally.kids].at(-1) ?? world.kid }] as const)
      : (['rotateSigningKey', {}] as const);
    const params = { app: world.app.id, ...more };
    const { status } = await suite.call(operation, { auth: world.owner.pat, params, body: {} });
    if (status < 300) rotations += 1;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await Promise.all(workers);
  await suite.control.stop(second.name);
  console.log(
    `${String(rotations)} rotations in ${String(seconds)} s, ${String(tally.kids.size)} keys have signed; tokens issued ` +
      `${String(tally.issued)}, checks by two processes ${String(tally.authorized)}, by a cached JWKS ` +
      `${String(tally.verified)}; VALID TOKENS REFUSED ${String(tally.refused.length)}`,
  );
  for (const text of tally.refused.slice(0, 10)) console.log(`  ! ${text}`);
  if (sabotage) return tally.refused.length > 0;
  return tally.refused.length === 0 && rotations >= 2 && tally.kids.size >= 3 && tally.verified > 50;
}

async function signIn(suite: Suite, world: World): Promise<{ refresh: string }> {
  const { email, password } = world.user;
  const { body } = await suite.call('issueToken', {
    params: { app: world.app.id },
    body: { grant_type: 'password', email, password },
  });
  return { refresh: body.refresh_token as string };
}

/** A token that was just issued, at both processes and at a verifier that knows only the JWKS. */
async function check(
  suite: Suite,
  world: World,
  token: string,
  doors: readonly ('service' | `http${string}`)[],
  jwks: ReturnType<typeof createRemoteJWKSet>,
  tally: Tally,
): Promise<void> {
  tally.issued += 1;
  for (const on of doors) {
    const body = { token, permission: 'projects:read' };
    const answer = await suite.call('authorize', { auth: world.appKey.secret, body, on });
    tally.authorized += 1;
    if (answer.body.allowed !== true) tally.refused.push(`authorize: ${answer.text.slice(0, 200)}`);
  }
  try {
    const { protectedHeader } = await jwtVerify(token, jwks, {
      algorithms: ['RS256'],
      audience: world.app.id,
    });
    tally.verified += 1;
    tally.kids.add(protectedHeader.kid ?? '');
  } catch (error) {
    tally.refused.push(`jose: ${error instanceof Error ? error.message : String(error)}`);
  }
}
