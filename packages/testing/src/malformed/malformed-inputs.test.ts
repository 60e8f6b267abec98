import { describe, expect, it } from '@jest/globals';
import { allOperations } from '@pcft/contracts';
import { operationById } from '../operation-by-id.ts';
import { satisfies, type Schema } from '../sample.ts';
import { absentIds, bodyFor, type World } from '../world.ts';
import { malformedInputs } from './malformed-inputs.ts';
import { seededRandom } from './seeded-random.ts';

const ids = absentIds();
const world = {
  owner: {
    id: ids['acc'],
    workspace: { id: ids['ws'], slug: 'a-slug' },
    email: 'a@example.com',
    password: 'password',
  },
  app: { id: ids['app'], name: 'an-app' },
  role: { id: ids['role'], name: 'editor' },
  user: { id: ids['usr'], email: 'u@example.com', password: 'password' },
  appKey: { id: ids['key'], secret: 'hk_live_x' },
  credential: { id: ids['cred'], clientId: 'svc_x', secret: 'sk_live_x' },
  project: { id: ids['prj'] },
  pat: { id: ids['pat'], secret: 'pcft_live_x' },
  member: { id: ids['mem'] },
  policy: { id: ids['pol'] },
  workspaceRole: { id: ids['rol'] },
  invite: { id: ids['inv'] },
  sink: { id: ids['snk'] },
  outsider: { id: ids['usr'] },
  tenant: { id: 'ten_01HQ3KXFG60000000000000000', name: 'acme' },
  appInvite: { id: ids['inv'], token: 'inv_tok_x' },
  session: { id: ids['ses'] },
  passkey: { id: ids['pky'] },
  auditLog: { id: ids['log_id'] },
  accessToken: 'a.b.c',
  refreshToken: 'rt_x',
  kid: 'k'.repeat(43),
} as unknown as World;

const inputsOf = (operationId: string, seed: number) =>
  malformedInputs(operationById(operationId), world, seededRandom(seed), 20);

describe('malformedInputs', () => {
  it('makes at least 2,000 over all operations', () => {
    const total = allOperations
      .map(({ operationId }) => inputsOf(operationId, 1).length)
      .reduce((a, b) => a + b, 0);
    expect(total).toBeGreaterThanOrEqual(2000);
  });

  it('is repeatable by its seed', () => {
    // Fresh names are no part of it.
    const names = (seed: number) =>
      inputsOf('createUser', seed).map(({ name }) => name.replaceAll(/[0-9a-z]{20}/g, '#'));
    expect(names(7)).toEqual(names(7));
    expect(names(7)).not.toEqual(names(8));
  });

  it('starts from bodies that are valid, so that one thing is wrong with each', () => {
    for (const operation of allOperations.filter(({ body }) => body !== null))
      expect([operation.operationId, satisfies(operation.body as Schema, bodyFor(operation, world))]).toEqual(
        [operation.operationId, true],
      );
  });

  it('has no input that the operation would take', () => {
    for (const { operationId, body } of allOperations.filter((operation) => operation.body !== null)) {
      for (const { name, input, fault } of inputsOf(operationId, 3)) {
        if (fault !== 'validation' || typeof input.rawBody !== 'string') continue;
        const value = parse(input.rawBody);
        const taken =
          value !== undefined &&
          satisfies(body as Schema, value) &&
          !/u0000|\\ud8|\\udf|__proto__|constructor|prototype|\[{20}/.test(input.rawBody);
        expect([operationId, name, taken]).toEqual([operationId, name, false]);
      }
    }
  });
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
