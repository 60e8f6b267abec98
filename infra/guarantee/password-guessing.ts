import { parseArgs } from 'node:util';
import { allOperations } from '@pcft/contracts';
import { connectSuite, createWorld, readStackFile, uniqueName, type Answer, type Suite } from '@pcft/testing';
import { withStack } from '../stack/with-stack.ts';
import { sampleSeparation } from './sample-separation.ts';

/** How far from "cannot be told apart" one call may be: what a thief learns of one address by one call. */
const tolerance = 0.1;
const freeGuesses = 10;
const settleMs = 50;

interface Options {
  readonly pairs: number;
  readonly sabotage: boolean;
}

/**
 * Guarantee 11. Passwords are exact beyond bcrypt's 72 bytes; what is asked with an address answers alike, in body and
 * time, whether it is known or not; guessing is limited per account without locking its owner out, also without Redis.
 * Options: `--pairs 100` interleaved samples for each comparison of times; `--sabotage` cuts the stored passwords, adds a
 * delay for known addresses and guesses with the owner's own cookie: each has to be seen.
 */
export async function provePasswordGuessing(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { pairs: { type: 'string', default: '100' }, sabotage: { type: 'boolean', default: false } },
  });
  const options = { pairs: Number(values.pairs), sabotage: values.sabotage };
  return withStack({ log: () => undefined, env: { LIMIT_GUESSES: '1000000' } }, async (stackFile) => {
    const suite = await connectSuite(readStackFile(stackFile));
    try {
      const results = [
        await exactPasswords(suite, options),
        await alikeAnswers(suite, options),
        await limitedGuesses(suite, options),
      ];
      // Under sabotage each part has to have seen what was planted for it.
      return options.sabotage ? results.every((held) => !held) : results.every(Boolean);
    } finally {
      await suite.close();
    }
  });
}

/** Long passwords, and what a hash that cuts them would take for the same. */
async function exactPasswords(suite: Suite, { sabotage }: Options): Promise<boolean> {
  const world = await createWorld(suite);
  const params = { app: world.app.id };
  const lengths = [72, 73, 74, 100, 255, 1000];
  const wrong: string[] = [];
  let tried = 0;
  for (const length of lengths) {
    const password = 'ä long pass phrase '.repeat(60).slice(0, length - 1) + '#';
    const stored = sabotage ? Buffer.from(password).subarray(0, 72).toString() : password;
    const email = `${uniqueName('person')}@example.com`;
    await suite.call('signUpWithEmail', { body: { email, password: stored, name: 'Person' } });
    await suite.call('createUser', {
      auth: world.owner.pat,
      params,
      body: { email, password: stored, role: world.role.name },
    });
    const doors: [string, (given: string) => Promise<Answer>][] = [
      ['account', (given) => suite.call('signInWithEmail', { body: { email, password: given } })],
      [
        'end user',
        (given) =>
          suite.call('issueToken', { params, body: { grant_type: 'password', email, password: given } }),
      ],
    ];
    const attempts: [string, string, boolean][] = [
      ['itself', password, true],
      ['its first 72 bytes', Buffer.from(password).subarray(0, 72).toString(), false],
      ['its last character changed', `${password.slice(0, -1)}!`, false],
      ['one character more', `${password}#`, false],
      ['upper case', password.toUpperCase(), false],
    ];
    for (const [door, knock] of doors)
      for (const [what, given, opens] of attempts) {
        if (given === password && !opens) continue;
        tried++;
        const { status } = await knock(given);
        if ((status === 200) !== opens)
          wrong.push(`${door}, ${String(length)} characters: ${what} answered ${String(status)}`);
      }
  }
  console.log(
    `  exact passwords of ${lengths.join(', ')} characters: ${String(tried)} attempts, ${String(wrong.length)} wrong`,
  );
  for (const text of wrong.slice(0, 5)) console.log(`  ! ${text}`);
  return wrong.length === 0;
}

/** A call that is told an address. */
interface Question {
  readonly name: string;
  readonly operationId: string;
  readonly body: (email: string) => Record<string, unknown>;
  /** True where asking makes an unknown address a known one. */
  readonly learns: boolean;
  /** Asked of an app, about an end user; without it about an account. */
  readonly ofApp?: true;
}

const questions: readonly Question[] = [
  {
    name: 'sign in, wrong password',
    operationId: 'signInWithEmail',
    body: (email) => ({ email, password: 'a wrong pass phrase' }),
    learns: false,
  },
  {
    name: 'sign up',
    operationId: 'signUpWithEmail',
    body: (email) => ({ email, password: 'a good pass phrase', name: 'Person' }),
    learns: true,
  },
  {
    name: 'forgotten password',
    operationId: 'forgetPassword',
    body: (email) => ({ email }),
    learns: false,
  },
  {
    name: "an end user's sign-in, wrong password",
    operationId: 'signInUser',
    body: (email) => ({ email, password: 'a wrong pass phrase' }),
    learns: false,
    ofApp: true,
  },
  {
    name: "an end user's forgotten password",
    operationId: 'forgotUserPassword',
    body: (email) => ({ email }),
    learns: false,
    ofApp: true,
  },
];

async function alikeAnswers(suite: Suite, { pairs, sabotage }: Options): Promise<boolean> {
  let held = true;
  for (const question of questions) {
    if (!allOperations.some(({ operationId }) => operationId === question.operationId)) {
      console.log(`  ${question.name}: ${question.operationId} is not declared yet`);
      continue;
    }
    held = (await alike(suite, question, pairs, sabotage)) && held;
  }
  return held;
}

async function alike(
  suite: Suite,
  { name, operationId, body, learns, ofApp }: Question,
  pairs: number,
  sabotage: boolean,
): Promise<boolean> {
  const world = ofApp && (await createWorld(suite));
  const account = world ? world.user : await suite.createAccount();
  const params = world ? { params: { app: world.app.id } } : {};
  const nobody = () => `${uniqueName('nobody')}@example.com`;
  const unknown = nobody();
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  const bodies = new Set<string>();
  const ask = async (which: 'known' | 'unknown') => {
    const email = which === 'known' ? account.email : learns ? nobody() : unknown;
    // What the call before left to do, such as to send a mail, is not this one's time.
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const startedAt = performance.now();
    const answer = await suite.call(operationId, { ...params, body: body(email) });
    if (sabotage && which === 'known') await new Promise((resolve) => setTimeout(resolve, 25));
    times[which].push(performance.now() - startedAt);
    const requestId = answer.headers['x-request-id'] ?? 'none';
    const said = `${String(answer.status)} ${answer.text}`
      .replaceAll(requestId, 'REQUEST')
      .replaceAll(email, 'EMAIL');
    bodies.add(`${said} ${answer.cookies.length === 0 ? '' : 'and a cookie'}`);
  };
  for (let i = 0; i < pairs + 3; i++) {
    // Which of the two comes first changes, so that neither has the warmer process.
    const order = i % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const which of order) await ask(which);
  }
  const { auc, medians } = sampleSeparation(times.known.slice(3), times.unknown.slice(3));
  const isAlike = bodies.size === 1 && Math.abs(auc - 0.5) <= tolerance;
  console.log(
    `  ${name}: ${String(pairs)} interleaved pairs, ${String(bodies.size)} different answers, medians of known and unknown ` +
      `${medians.map((ms) => ms.toFixed(1)).join(' and ')} ms, AUC ${auc.toFixed(3)} (0.5 ± ${String(tolerance)})`,
  );
  if (bodies.size > 1) for (const text of bodies) console.log(`  ! ${text}`);
  return isAlike;
}

/** At a platform of its own, whose budget of guesses is the one that is shipped. */
async function limitedGuesses(suite: Suite, { sabotage }: Options): Promise<boolean> {
  const { url } = await suite.control.startInstance('platform', { LIMIT_GUESSES: String(freeGuesses) });
  const on = url as `http${string}`;
  let held = true;
  for (const engine of ['everything running', 'Redis stopped']) {
    if (engine === 'Redis stopped') await suite.control.stop('redis');
    try {
      const { email, password } = await suite.createAccount();
      const signIn = (given: string, cookie?: string) =>
        suite.call('signInWithEmail', {
          on,
          body: { email, password: given },
          ...(cookie && { headers: { cookie } }),
        });
      const first = await signIn(password);
      const home = /pcft_device=[^;]+/.exec(first.cookies.join('\n'))?.[0] ?? '';
      // The guesses of strangers come at once, so that none of them can slip in before others are counted.
      const guesses = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          signIn(`guess number ${String(n)}`, sabotage ? home : undefined),
        ),
      );
      const looked = guesses.filter(({ status }) => status === 401).length;
      const stranger = await signIn(password);
      const owner = await signIn(password, home);
      const holds =
        first.status === 200 && looked <= freeGuesses && stranger.status === 429 && owner.status === 200;
      held &&= holds;
      console.log(
        `  ${engine}: of 50 guesses at once ${String(looked)} were looked at (at most ${String(freeGuesses)}), then the right ` +
          `password of a stranger ${String(stranger.status)}, of the owner's browser ${String(owner.status)}`,
      );
    } finally {
      if (engine === 'Redis stopped') await suite.control.start('redis');
    }
  }
  return held;
}
