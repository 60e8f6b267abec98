import type { OwnCredentialVerifier } from '@pcft/http';
import type { LastUseReporter } from './last-use-reporter.ts';

/** The same verifier, by which each key that is good is noted as used. */
export function notingUse(
  verify: OwnCredentialVerifier,
  lastUse: Pick<LastUseReporter, 'note'>,
): OwnCredentialVerifier {
  return async (token) => {
    const verified = await verify(token);
    if (verified?.active) lastUse.note(verified.principal.id);
    return verified;
  };
}
