import { Fault } from '@pcft/errors';
import type { DirectoryStore, DirectoryUser } from '../directory/directory-store.ts';
import { signedIn, type ConsumerCall } from './signed-in.ts';

/** The copy's user of the token; gone since it was verified is as good as never there. @throws Fault `api-key-invalid` */
export async function currentUser(
  { directory }: { readonly directory: DirectoryStore },
  call: Pick<ConsumerCall, 'principal'>,
): Promise<DirectoryUser> {
  const { appId, userId } = signedIn(call);
  const user = await directory.findUser(appId, userId);
  if (!user) throw new Fault('api-key-invalid');
  return user;
}
