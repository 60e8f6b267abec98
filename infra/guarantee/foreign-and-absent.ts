import { parseArgs } from 'node:util';
import { allOperations, authorizationOf, type Operation } from '@pcft/contracts';
import {
  absentIds,
  bodyFor,
  connectSuite,
  createWorld,
  idsOf,
  paramsFor,
  readStackFile,
  sendRequest,
  fillPath,
  validCall,
  type CallInput,
  type IdsByPrefix,
  type Suite,
  type WireAnswer,
  type World,
} from '@pcft/testing';
import { createToken } from '@pcft/credentials';
import { withStack } from '../stack/with-stack.ts';
import { sampleSeparation } from './sample-separation.ts';

/** Headers that differ between any two calls. Everything else of an answer is compared byte by byte. */
const varying =
  /^(date|x-request-id|x-ratelimit-.*|ratelimit-.*|retry-after|traceparent|server-timing|keep-alive)$/;

interface Row {
  readonly credential: string;
  calls: number;
  readonly statuses: Map<number, number>;
  readonly faults: string[];
}

/**
 * Guarantee 8. Every operation with {no credential, a bad one, one of another workspace, another app's, a lower role's, one
 * pinned elsewhere}: nothing of the owner's is in an answer, and what is foreign is answered like what is absent, byte by
 * byte. Options: `--timings 40` interleaved pairs for each read (reported, not judged); `--sabotage` compares with what is
 * the caller's own instead of what is absent: differences then have to be seen.
 */
export async function proveForeignLooksAbsent(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { timings: { type: 'string', default: '40' }, sabotage: { type: 'boolean', default: false } },
  });
  return withStack({ log: () => undefined }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      return await run(suite, Number(values.timings), values.sabotage);
    } finally {
      await suite.close();
    }
  });
}

async function run(suite: Suite, timings: number, sabotage: boolean): Promise<boolean> {
  const victim = await createWorld(suite);
  const attacker = await createWorld(suite);
  const member = await suite.addMember(victim.owner.workspace, 'member');
  const elsewhere = await suite.call('createWorkspace', {
    ...{
      auth: victim.owner.session,
      body: { slug: `w-${victim.app.name}`.slice(0, 39), display_name: 'Elsewhere' },
    },
  });
  const pinned = await suite.mint({
    session: victim.owner.session,
    workspace: { id: elsewhere.body.id, slug: elsewhere.body.slug },
  });
  const lower = await suite.mint(
    { session: member.session, workspace: victim.owner.workspace },
    { kind: 'full' },
  );
  const revoked = await suite.mint(victim.owner);
  await suite.revoke(victim.owner, revoked.id);

  const guarded = allOperations.filter(({ access }) => access.kind !== 'public' && access.kind !== 'service');
  const secrets = leakable(victim);
  // Members of the workspace are told what they were denied; its credentials are nobody's.
  const { owner, user, appKey, pat } = victim;
  const kept = [owner.pat, owner.session, owner.password, user.password, appKey.secret, pat.secret];
  const refuse = (statuses: number[]) => (answer: WireAnswer) => statuses.includes(answer.status);
  const rows: Row[] = [];

  // Without a good credential every operation says 401, whatever is asked for.
  for (const [credential, auth] of [
    ['none', null],
    ['malformed', 'pcft_live_short'],
    ['never issued', createToken('pat')],
    ['revoked', revoked.secret],
    ['of an app', null],
  ] as const) {
    const row = newRow(credential, rows);
    for (const operation of guarded) {
      if (credential === 'of an app' && takesAppKeys(operation)) continue;
      const input = {
        ...validCall(operation, victim),
        auth: credential === 'of an app' ? victim.appKey.secret : auth,
      };
      await judge(suite, row, operation, input, secrets, refuse([401]));
    }
  }

  // A good credential of somebody else, pointed at the victim's things.
  for (const [credential, auth] of [
    ['of another workspace, as PAT', attacker.owner.pat],
    ['of another workspace, as session', attacker.owner.session],
    ["another app's key", attacker.appKey.secret],
  ] as const) {
    const row = newRow(credential, rows);
    const appKey = auth === attacker.appKey.secret;
    for (const operation of guarded) {
      if (!isAddressed(operation) || (appKey && !takesAppKeys(operation))) continue;
      const ask = (ids: IdsByPrefix): CallInput => ({
        ...{ auth, params: paramsFor(operation, ids), body: bodyFor(operation, victim) },
      });
      const foreign = await judge(suite, row, operation, ask(idsOf(victim)), secrets, () => true);
      const absent = absentIds();
      const other = await send(suite, operation, ask(sabotage ? idsOf(attacker) : absent));
      if (comparable(foreign, idsOf(victim)) !== comparable(other, sabotage ? idsOf(attacker) : absent))
        row.faults.push(
          `${operation.operationId}: foreign ${String(foreign.status)}, absent ${String(other.status)}`,
        );
    }
    // What is named in a body or query instead.
    const token = { token: victim.accessToken, permission: 'projects:read' };
    const authorize = allOperations.find(({ operationId }) => operationId === 'authorize') as Operation;
    await judge(
      suite,
      row,
      authorize,
      { auth, body: token },
      secrets,
      ({ text, status }) => status !== 200 || !text.includes('"allowed":true'),
    );
  }

  const lowerRow = newRow('of a lower role', rows);
  for (const operation of guarded) {
    const authorization = authorizationOf(operation);
    if (!authorization || authorization.lowestRole === 'member' || authorization.workspace.from === 'account')
      continue;
    await judge(
      suite,
      lowerRow,
      operation,
      { ...probe(operation, victim), auth: lower.secret },
      kept,
      refuse([403, 404]),
    );
  }

  const pinnedRow = newRow('pinned elsewhere', rows);
  for (const operation of guarded) {
    const from = authorizationOf(operation)?.workspace.from;
    if (from !== 'path' && from !== 'located') continue;
    if (operation.operationId === 'authorize') continue; // named in its body: above
    await judge(
      suite,
      pinnedRow,
      operation,
      { ...probe(operation, victim), auth: pinned.secret },
      kept,
      refuse([403, 404]),
    );
  }

  for (const { credential, calls, statuses, faults } of rows) {
    const seen = [...statuses]
      .sort()
      .map(([status, count]) => `${String(count)} × ${String(status)}`)
      .join(', ');
    console.log(
      `  ${credential.padEnd(34)} ${String(calls).padStart(3)} calls: ${seen}; ${String(faults.length)} faults`,
    );
    for (const fault of faults.slice(0, 10)) console.log(`  ! ${fault}`);
  }
  if (sabotage)
    return rows.some(({ credential, faults }) => credential.startsWith('of another') && faults.length > 0);
  await reportTimings(suite, attacker, victim, guarded, timings);
  return rows.every(({ faults, calls }) => faults.length === 0 && calls > 0);
}

function newRow(credential: string, rows: Row[]): Row {
  const row: Row = { credential, calls: 0, statuses: new Map(), faults: [] };
  rows.push(row);
  return row;
}

/** Sends a call and looks for what belongs to the victim and was not in the call itself. */
async function judge(
  suite: Suite,
  row: Row,
  operation: Operation,
  input: CallInput,
  secrets: readonly string[],
  isRefused: (answer: WireAnswer) => boolean,
): Promise<WireAnswer> {
  const answer = await send(suite, operation, input);
  row.calls++;
  row.statuses.set(answer.status, (row.statuses.get(answer.status) ?? 0) + 1);
  const sent = JSON.stringify(input);
  const said = answer.text + JSON.stringify(answer.headers);
  const leaked = secrets.filter((secret) => said.includes(secret) && !sent.includes(secret));
  if (leaked.length > 0)
    row.faults.push(`${operation.operationId}: ${String(answer.status)} holds ${leaked.join(', ')}`);
  if (!isRefused(answer)) row.faults.push(`${operation.operationId}: answered ${String(answer.status)}`);
  if (answer.status >= 500) row.faults.push(`${operation.operationId}: ${answer.text}`);
  return answer;
}

/** On the wire, since an answer is compared as it stands. */
function send(
  suite: Suite,
  operation: Operation,
  { auth, params = {}, body, rawBody, query }: CallInput,
): Promise<WireAnswer> {
  const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  const credential = typeof auth === 'string' ? auth : null;
  const isSession = credential?.startsWith('pcft_sess_') ?? false;
  return sendRequest({
    origin: suite.serviceUrl(operation.service),
    method: operation.method,
    path: fillPath(operation.path, params) + (typeof query === 'string' ? `?${query}` : ''),
    headers: {
      accept: 'application/json',
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(credential !== null &&
        (isSession ? { cookie: `pcft_session=${credential}` } : { authorization: `Bearer ${credential}` })),
    },
    ...(text !== undefined && { body: text }),
  });
}

/** A call that would do no harm if it were let in: its body or query is refused last. */
function probe(operation: Operation, world: World): CallInput {
  const valid = validCall(operation, world);
  if (operation.access.kind === 'handler') return valid;
  if (operation.body !== null) return { ...valid, body: undefined, rawBody: '[]' };
  return operation.method === 'GET' ? valid : { ...valid, query: 'unknown=1' };
}

const isAddressed = ({ params }: Operation) => Object.keys(params.properties).length > 0;
const takesAppKeys = ({ access }: Operation) => access.kind === 'handler' && access.ownCredentials.length > 0;

/** Status, headers and body without what differs from call to call. A refusal may name the id that was asked for. */
function comparable({ status, headers, text }: WireAnswer, asked: IdsByPrefix): string {
  let said = text.replaceAll(headers['x-request-id'] ?? 'none', 'REQUEST');
  for (const [kind, id] of Object.entries(asked)) {
    said = said.replaceAll(id, `ASKED ${kind}`);
    // Document 002's routes take and name ids without their prefix.
    said = said.replaceAll(id.slice(id.indexOf('_') + 1), `ASKED bare ${kind}`);
  }
  const kept = Object.entries(headers)
    .filter(([name]) => !varying.test(name))
    .sort();
  return JSON.stringify([status, kept, said]);
}

/** Everything that would tell of a world: ids, names, addresses, secrets. */
function leakable(world: World): string[] {
  const { owner, app, role, user, appKey, pat } = world;
  return [
    ...Object.values(idsOf(world)),
    ...[owner.email, owner.name, owner.workspace.slug, owner.pat, owner.session],
    ...[app.name, role.name, user.email, user.password, appKey.secret, pat.secret],
  ];
}

/** Interleaved samples of foreign and absent. Both look up one row and find nothing; what is left is noise. */
async function reportTimings(
  suite: Suite,
  attacker: World,
  victim: World,
  operations: readonly Operation[],
  pairs: number,
): Promise<void> {
  const reads = operations.filter((operation) => operation.method === 'GET' && isAddressed(operation));
  const figures: { name: string; auc: number; foreign: number; absent: number }[] = [];
  for (const operation of reads) {
    const ask = async (ids: IdsByPrefix) =>
      (await send(suite, operation, { auth: attacker.owner.pat, params: paramsFor(operation, ids) }))
        .durationMs;
    const [foreign, absent]: [number[], number[]] = [[], []];
    for (let i = 0; i < pairs; i++) {
      const [first, second] = i % 2 === 0 ? [foreign, absent] : [absent, foreign];
      first.push(await ask(first === foreign ? idsOf(victim) : absentIds()));
      second.push(await ask(second === foreign ? idsOf(victim) : absentIds()));
    }
    const { auc, medians } = sampleSeparation(foreign, absent);
    figures.push({ name: operation.operationId, auc, foreign: medians[0], absent: medians[1] });
  }
  console.log(
    `\n  times of foreign against absent, ${String(pairs)} interleaved pairs each (0.5: cannot be told apart):`,
  );
  for (const { name, auc, foreign, absent } of figures
    .sort((a, b) => Math.abs(b.auc - 0.5) - Math.abs(a.auc - 0.5))
    .slice(0, 5))
    console.log(
      `  ${name.padEnd(28)} AUC ${auc.toFixed(2)}, medians ${foreign.toFixed(1)} and ${absent.toFixed(1)} ms`,
    );
  const all = figures.map(({ auc }) => auc).sort((a, b) => a - b);
  console.log(
    `  of ${String(all.length)} reads the median AUC is ${(all[Math.floor(all.length / 2)] ?? NaN).toFixed(2)}`,
  );
}
