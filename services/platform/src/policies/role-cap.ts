import type { Role, Statement } from '@pcft/policy';

/** What a role allows: its base, and for a custom role only what its statements allow of that. */
export interface RoleCap {
  readonly base: Role;
  /** `null`: a built-in role. */
  readonly statements: readonly Statement[] | null;
}
