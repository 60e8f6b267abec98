import { Fault } from '@pcft/errors';

export function emailTaken(cause?: unknown): Fault {
  return new Fault('conflict', {
    message: 'The app has a user of this e-mail address already',
    details: [{ field: 'email', reason: 'taken' }],
    cause,
  });
}
