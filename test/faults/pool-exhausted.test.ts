import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  connectSuite,
  createWorld,
  operationById,
  validCall,
  type Answer,
  type Suite,
  type World,
} from '@pcft/testing';

let suite: Suite;
let world: World;
let instance: { name: string; url: string };

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
  instance = await suite.control.startInstance('projects', { DATABASE_POOL: '2' });
}, 60_000);
afterAll(async () => {
  await suite.control.stop(instance.name);
  await suite.close();
});

const list = () =>
  suite.call('listProjects', {
    ...validCall(operationById('listProjects'), world),
    on: instance.url as `http${string}`,
  });

describe('503 when', () => {
  it('every connection to the database is taken: with Retry-After, and no 500', async () => {
    expect((await list()).status).toBe(200);
    const client = await suite.database('projects', 'owner').connect();
    let answers: Answer[] = [];
    try {
      await client.query('BEGIN');
      await client.query('LOCK TABLE project IN ACCESS EXCLUSIVE MODE');
      answers = await Promise.all(Array.from({ length: 16 }, list));
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
    for (const { status, headers } of answers) {
      expect(status).toBe(503);
      expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
    expect((await list()).status).toBe(200);
  });
});
