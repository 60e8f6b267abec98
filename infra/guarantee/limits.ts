import { parseArgs } from 'node:util';
import { defaultRules } from '@pcft/limits';
import { connectSuite, createWorld, readStackFile, type Suite, type World } from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';
import { doubleSuite } from './doubled-suite.ts';
import { askForHeaders } from './limit-headers.ts';
import { measureWindow, subjectsOf, type Door, type WindowReport } from './limit-windows.ts';

/** Every limit as documented; the addresses of callers are believed, so that each class has one of its own. */
const env = {
  ...Object.fromEntries(
    Object.entries(defaultRules).map(([name, { points }]) => [
      `LIMIT_${name.toUpperCase().replaceAll('-', '_')}`,
      String(points),
    ]),
  ),
  TRUSTED_PROXIES: '127.0.0.1',
};

/**
 * Guarantee 14: limits are exact across two gateways and two processes of every service (overshoot at most 1 %), their
 * headers are on every response, and each process goes on limiting while Redis is down. `--sabotage` gives the second
 * processes no Redis from the beginning: they count for themselves, and the run has to see it.
 */
export async function proveLimits(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: { sabotage: { type: 'boolean', default: false } } });
  return withStack({ log: console.log, env }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      const world = await createWorld(suite);
      const doors = await openDoors(suite, values.sabotage);
      const exact = await measureAll(suite, world, doors);
      if (values.sabotage) return !exact;
      const alone = await withoutRedis(suite, world, doors);
      const headers = await askForHeaders(suite, world, doors);
      return exact && alone && headers;
    } finally {
      await suite.close();
    }
  });
}

async function openDoors(suite: Suite, sabotage: boolean): Promise<readonly Door[]> {
  const { origins } = await doubleSuite(suite, sabotage ? { REDIS_URL: 'redis://127.0.0.1:1' } : {});
  const services = Object.entries(origins.services).flatMap(([service, urls]) =>
    urls.map((origin, at): Door => ({ name: `${service} ${String(at + 1)}`, origin, service })),
  );
  return [
    { name: 'gateway 1', origin: suite.gatewayUrl, service: null },
    { name: 'gateway 2', origin: origins.gateway, service: null },
    ...services,
  ];
}

async function measureAll(suite: Suite, world: World, doors: readonly Door[]): Promise<boolean> {
  let held = true;
  for (const subject of await subjectsOf(suite, world)) {
    const used = doors.filter(({ service }) => service === null || service === subject.service);
    const report = await measureWindow(subject, used, Math.ceil(subject.limit * 1.5) + 8);
    const { reserveShare = 0 } = defaultRules[subject.rateClass];
    // What processes hold back from each other is never given to anybody: it is no overshoot.
    const least = Math.floor(subject.limit * (1 - 2 * reserveShare));
    const ok =
      report.answered <= subject.limit * 1.01 && report.answered >= least && report.faults.length === 0;
    print(`${subject.rateClass} by ${subject.by}`, report, subject.limit, ok);
    held &&= ok;
  }
  return held;
}

/** With Redis gone each process counts for itself, from what it knew; nobody is let through unlimited. */
async function withoutRedis(suite: Suite, world: World, doors: readonly Door[]): Promise<boolean> {
  const own = doors.filter(({ service }) => service === 'heimdall-admin');
  const subjects = await Promise.all([subjectsOf(suite, world), subjectsOf(suite, world)]);
  const [spent, fresh] = subjects.map((each) => each.find(({ rateClass }) => rateClass === 'admin'));
  if (!spent || !fresh) throw new Error('the class admin has no subject');
  await measureWindow(spent, own, spent.limit + 20);
  await suite.control.stop('redis');
  try {
    const again = await measureWindow(spent, own, 20);
    print('admin, spent before Redis was stopped', again, 0, again.answered === 0);
    let held = again.answered === 0 && again.faults.length === 0;
    for (const door of own) {
      const report = await measureWindow(fresh, [door], fresh.limit + 50);
      const ok = report.answered === fresh.limit && report.faults.length === 0;
      print(`admin at ${door.name} alone, without Redis`, report, fresh.limit, ok);
      held &&= ok;
    }
    return held;
  } finally {
    await suite.control.start('redis');
  }
}

function print(
  what: string,
  { offered, answered, faults, seconds }: WindowReport,
  limit: number,
  ok: boolean,
) {
  const over = limit === 0 ? answered : (Math.max(0, answered - limit) / limit) * 100;
  console.log(
    `${ok ? ' ' : '!'} ${what}: ${String(answered)} of ${String(offered)} calls in ${seconds.toFixed(1)} s answered, limit ` +
      `${String(limit)}, overshoot ${over.toFixed(1)} %, without right headers ${String(faults.length)}`,
  );
  for (const text of faults.slice(0, 5)) console.log(`    ${text}`);
}
