import type { Statement } from '../src/index.ts';

/** Random numbers from a seed (mulberry32), so that a failure can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface PolicyCase {
  statements: Statement[];
  action: string;
  resource: string;
}

// Few words, some of them beginnings of others, so that patterns and questions meet often and nearly.
const ACTION_WORDS = ['app', 'ap', 'user', 'list', 'read', 'li'];
const SERVICES = ['heimdall', 'heim', 'platform'];
const TYPES = ['app', 'ap', 'user'];
const IDS = ['ab', 'abc', 'a', 'app_1', 'x.y', 'x'];

/** A random policy of 0 to 5 statements with a question to it. */
export function randomCase(random: () => number): PolicyCase {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const times = <T>(least: number, most: number, make: () => T): T[] =>
    Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, make);
  const starOr = (share: number, text: string) => (random() < share ? '*' : text);

  const action = (starShare: number) => times(1, 4, () => starOr(starShare, pick(ACTION_WORDS))).join('.');
  const urn = (starShare: number) =>
    `pcft:${starOr(starShare / 2, pick(SERVICES))}:` +
    times(1, 3, () => `${starOr(starShare / 2, pick(TYPES))}/${starOr(starShare, pick(IDS))}`).join('/');
  const collection = (one: string) => (random() < 0.3 ? one.replace(/[^/]+$/, '*') : one);

  const statement = (): Statement => ({
    effect: random() < 0.7 ? 'allow' : 'deny',
    actions: times(0, 3, () => action(0.4)),
    resources: times(0, 3, () => (random() < 0.2 ? '*' : urn(0.3))),
  });
  return { statements: times(0, 5, statement), action: action(0), resource: collection(urn(0)) };
}
