/** What a grant gives out. */
export interface GrantedTokens {
  readonly accessToken: string;
  readonly expiresIn: number;
  readonly refreshToken: string | null;
  /** Permissions of a machine's token, as RFC 6749 answers them. */
  readonly scope: string | null;
}
