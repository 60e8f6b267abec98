import { operation } from '../operation.ts';
import { email, id, nullable, object, Type } from '../schema.ts';

/**
 * The budget of guesses at an end user's password, for heimdall-admin: a guess at an invite is one at the sign-in. It is
 * drawn on before anybody is looked up, and said to have succeeded by a second call.
 */
export const countSignInGuess = operation({
  operationId: 'countSignInGuess',
  service: 'tokens',
  method: 'POST',
  path: '/internal/v1/apps/:app_id/sign-in-guesses',
  summary: 'Count a guess at the password of an end user that is made elsewhere',
  description: 'Whether the app or the address is known is not looked at: all are counted alike.',
  dialect: 'platform',
  access: { kind: 'service' },
  rateClass: 'internal',
  params: object({ app_id: id('app') }),
  body: object({
    email: email(),
    ip: Type.String({ minLength: 2, maxLength: 45, description: 'The address the guess came from.' }),
    succeeded: Type.Boolean({
      description:
        'False: takes an attempt. True: one that was taken before has succeeded and is given back.',
    }),
  }),
  success: {
    status: 200,
    shape: 'resource',
    body: object({
      retry_after_seconds: nullable(
        Type.Integer({ minimum: 1, description: '`null`: the guess may be looked at.' }),
      ),
    }),
  },
  faults: ['policy-denied'],
});
