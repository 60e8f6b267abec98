import { passwordRefusal, type PasswordContext } from '@pcft/credentials';
import { invalid } from '@pcft/errors';
import type { DirectoryApp } from '../directory/directory-store.ts';

/**
 * The password rules of an app: those of the house (NIST SP 800-63B-4), and the app's own least length in code points.
 *
 * @throws Fault `validation` for the field
 */
export async function assertPassword(
  { settings }: DirectoryApp,
  field: string,
  password: string,
  context: PasswordContext,
): Promise<void> {
  const least = settings.password.min_length;
  if ([...password.normalize('NFKC')].length < least)
    throw invalid(field, `must have at least ${String(least)} characters`);
  const refusal = await passwordRefusal(password, context);
  if (refusal) throw invalid(field, refusal);
}
