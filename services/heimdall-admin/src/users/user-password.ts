import { normalizePassword, passwordRefusal, type PasswordContext } from '@pcft/credentials';
import { invalid } from '@pcft/errors';
import { effectiveSettings } from '../apps/app-settings.ts';
import type { App } from '../apps/app.ts';

/**
 * The password rules of an app, whoever sets the password: those of the house (NIST SP 800-63B-4), and the app's own
 * least length in code points.
 *
 * @throws Fault `validation` for `password`
 */
export async function assertUserPassword(
  { settings }: Pick<App, 'settings'>,
  password: string,
  context: PasswordContext,
): Promise<void> {
  const { min_length: shortest } = effectiveSettings(settings).password;
  if ([...normalizePassword(password)].length < shortest)
    throw invalid('password', `must have at least ${String(shortest)} characters`);
  const refusal = await passwordRefusal(password, context);
  if (refusal !== null) throw invalid('password', refusal);
}
