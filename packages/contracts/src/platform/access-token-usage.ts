import { operation } from '../operation.ts';
import { id, nullable, object, reference, timestamp, Type } from '../schema.ts';
import { getAccessToken } from './access-tokens.ts';

const count = () => Type.Integer({ minimum: 0 });

/** Seed 004: "how many API calls each key has made in the current billing period". */
export const getAccessTokenUsage = operation({
  operationId: 'getAccessTokenUsage',
  service: 'platform',
  method: 'GET',
  path: '/v1/workspaces/:ws/api-keys/:id/usage',
  summary: 'Get the calls of a PAT by day and in the billing period',
  description:
    'Counted from the audit log, each call once, wherever it was made; a call shows as soon as its row does. `refused`: ' +
    'the PAT was dead or above its limit; a call that its policy denied counts as a call.',
  dialect: 'platform',
  access: getAccessToken.access,
  rateClass: 'platform',
  params: object({ ws: reference('Workspace id or slug.'), id: id('pat', 'The PAT.') }),
  query: object({
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 366, default: 31, description: 'How many, today included.' }),
    ),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      access_token_id: id('pat'),
      days: Type.Array(
        object({ day: Type.String({ description: 'UTC.' }), calls: count(), refused: count() }),
        {
          description: 'One for each day, the oldest first.',
        },
      ),
      billing_period: object({ from: timestamp(), to: timestamp(), calls: count(), refused: count() }),
      last_used_at: nullable(timestamp()),
      last_used_ip: nullable(Type.String()),
      last_used_service: nullable(Type.String()),
    }),
  },
});
