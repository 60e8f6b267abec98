import type { Operation } from '@pcft/contracts';
import { bodyFor, idsOf, paramsFor, type World } from '../world.ts';
import { malformedBodies, randomMalformedBody } from './malformed-bodies.ts';
import type { MalformedInput } from './malformed-input.ts';
import { malformedPaths, malformedQueries } from './malformed-targets.ts';
import type { SeededRandom } from './seeded-random.ts';

/**
 * Malformed inputs of one operation, each with the answer it has to get; derived from its declaration alone.
 *
 * @param randomBodies how many random ones beside the systematic ones
 */
export function malformedInputs(
  operation: Operation,
  world: World,
  random: SeededRandom,
  randomBodies: number,
): MalformedInput[] {
  const params = paramsFor(operation, idsOf(world));
  const body = bodyFor(operation, world);
  return [
    ...malformedPaths(operation, params),
    ...malformedQueries(operation),
    ...(body
      ? [
          ...malformedBodies(operation, body),
          // A list is wrong in its items, and those are gone through one by one.
          ...Array.from({ length: Array.isArray(body) ? 0 : randomBodies }, () =>
            randomMalformedBody(operation, body, random),
          ),
        ]
      : unwantedBodies()),
  ];
}

/** Bodies where none is taken. */
function unwantedBodies(): MalformedInput[] {
  const bodies = ['{"a":1}', '[1]', '"text"', '1', '{', '{"__proto__":{}}', '['.repeat(1000)];
  return [
    ...bodies.map((rawBody) => ({
      name: `a body where none is taken: ${rawBody.slice(0, 20)}`,
      input: { rawBody },
      fault: 'validation' as const,
    })),
    {
      name: 'a body of unknown type where none is taken',
      input: { rawBody: '<a/>', headers: { 'content-type': 'application/xml' } },
      fault: 'unsupported-media-type' as const,
    },
  ];
}
