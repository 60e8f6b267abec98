/** How long an access token is good for (seed 001). */
export const accessTokenSeconds = 3_600;

/** The claims of an access token, as seed 001's tokens carry them. Times in seconds (RFC 7519). */
export interface AccessClaims {
  /** Its keys are under `${iss}/.well-known/jwks.json`. */
  readonly iss: string;
  readonly sub: string;
  /** The app's id: a token is for the backends of its own app. */
  readonly aud: string;
  readonly app_id: string;
  readonly roles: readonly string[];
  /** As of issuing; authorize decides by those of the moment. */
  readonly permissions: readonly string[];
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

/** `iss` of an app's tokens. Changing PUBLIC_URL ends the tokens that are out: they name another issuer. */
export function issuerOf(publicUrl: string, appId: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/v1/apps/${appId}`;
}
