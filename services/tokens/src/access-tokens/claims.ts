/** How long an access token is good for at most (seed 001); an app's settings may say less. */
export const accessTokenSeconds = 3_600;

/** The claims of an access token, as seed 001's tokens carry them and RFC 9068 wants them. Times in seconds (RFC 7519). */
export interface AccessClaims {
  /** Its keys are under `${iss}/.well-known/jwks.json`. */
  readonly iss: string;
  /** `usr_…` or, for machines, `cred_…`. */
  readonly sub: string;
  /** The app's id: a token is for the backends of its own app. */
  readonly aud: string;
  readonly app_id: string;
  /** RFC 9068: the app itself where a user signed in, else the `svc_…` of the credential. */
  readonly client_id?: string;
  readonly roles: readonly string[];
  /** As of issuing; authorize decides by those of the moment. */
  readonly permissions: readonly string[];
  /** Only where a machine asked for less than it may: what it asked for (RFC 9068 section 2.2.3). */
  readonly scope?: string;
  /** The session it was issued in. */
  readonly sid?: string;
  /** The tenant that its session is for. */
  readonly tenant?: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

/** `iss` of an app's tokens. Changing PUBLIC_URL ends the tokens that are out: they name another issuer. */
export function issuerOf(publicUrl: string, appId: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/v1/apps/${appId}`;
}
