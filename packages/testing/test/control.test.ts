import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectSuite, type ProcessState, type Suite } from '../src/index.ts';

let suite: Suite;

beforeAll(async () => {
  suite = await connectSuite();
});
afterAll(() => suite.close());

describe('beside other tests', () => {
  it.each(['pause', 'resume', 'stop', 'kill', 'start', 'restart'] as const)(
    'nobody may %s what they use too',
    async (verb) => {
      const before = await suite.control.processes();
      for (const name of ['nats', 'redis', 'postgres', 'platform', 'gateway'])
        await expect(suite.control[verb](name)).rejects.toThrow(/faults folder/);
      const used = (states: readonly ProcessState[]) => states.filter(({ name }) => !/-\d+$/.test(name));
      expect(used(await suite.control.processes())).toEqual(used(before));
    },
  );

  it('an instance of one’s own may be frozen and stopped', async () => {
    const { name } = await suite.control.startInstance('projects');
    await suite.control.whilePaused(name, () => Promise.resolve());
    await suite.control.stop(name);
    expect((await suite.control.processes()).map((process) => process.name)).not.toContain(name);
  });
});
