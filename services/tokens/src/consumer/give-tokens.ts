import type { SuccessOf, tokensOperations } from '@pcft/contracts';
import type { GrantedTokens } from '../grants/granted-tokens.ts';
import type { ConsumerCall } from './signed-in.ts';

/** RFC 6749 section 5.1: what carries tokens is not to be kept. The pipeline says so of every answer. */
export function giveTokens(
  call: Pick<ConsumerCall, 'header'>,
  { accessToken, expiresIn, refreshToken }: GrantedTokens,
): SuccessOf<typeof tokensOperations.refreshUserSession> {
  if (refreshToken === null) throw new Error('a session without a refresh token');
  return { ...giveAccessToken(call, { accessToken, expiresIn }), refresh_token: refreshToken };
}

/** Where the refresh token stays the one there is. */
export function giveAccessToken(
  call: Pick<ConsumerCall, 'header'>,
  { accessToken, expiresIn }: Pick<GrantedTokens, 'accessToken' | 'expiresIn'>,
): SuccessOf<typeof tokensOperations.switchUserTenant> {
  call.header('Pragma', 'no-cache');
  return { access_token: accessToken, token_type: 'Bearer', expires_in: expiresIn };
}
