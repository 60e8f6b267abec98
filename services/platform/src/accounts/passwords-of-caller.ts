import type { PasswordHasher } from '@pcft/credentials';
import type { Call } from '@pcft/http';
import { addressSubject } from '@pcft/limits';

/**
 * The same ports for one call, whose passwords take their turns as those of its address: accounts belong to no app, and who
 * floods the doors that are open to all has an address at least. Calls of who is signed in share turns of their own.
 */
export function passwordsOfCaller<P extends { readonly passwords: PasswordHasher }>(
  ports: P,
  { request }: Pick<Call, 'request'>,
): P {
  const turn = { key: addressSubject(request.clientIp), abandoned: request.abandoned() };
  return { ...ports, passwords: ports.passwords.onBehalfOf(turn) };
}
