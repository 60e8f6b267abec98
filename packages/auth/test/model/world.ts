import type { Subject } from '../../src/lease/index.ts';

/** A credential of the model, and what it stands on. */
export interface Credential {
  token: string;
  account: string;
  workspace: string;
  /** True time at which it expires. */
  expiresAt: number;
}

/** One committed transaction. */
export interface Commit {
  n: number;
  epoch: string;
}

/** A change that takes credentials their force, with what really happened: the schedule's truth, seen by no machine. */
export interface Revocation {
  subject: Subject;
  credentials: Credential[];
  /** The transactions that made it so and were not lost in a restore; a repeated revoke adds one. */
  commits: Set<Commit>;
  /** The first of its calls that returned, and when. */
  returned: { commit: Commit; at: number } | null;
}

/** One call of a client to a service. */
export interface Call {
  credential: Credential;
  sentAt: number;
  service: string;
  /** True time of a yes; undefined for a no, a 503 or a call that never ended. */
  acceptedAt?: number;
}

export interface World {
  credentials: Credential[];
  revocations: Revocation[];
}

/** Eight credentials: revoked one by one, as a member, with their account, with their workspace; one just expires. */
export function createWorld(expiresAt: number): World {
  const credential = (token: string, account: string, workspace: string, expires = Infinity): Credential => ({
    token,
    account,
    workspace,
    expiresAt: expires,
  });
  const t0 = credential('t0', 'acc_0', 'ws_0');
  const t1 = credential('t1', 'acc_0', 'ws_0');
  const t2 = credential('t2', 'acc_1', 'ws_0');
  const t3 = credential('t3', 'acc_2', 'ws_0');
  const t4 = credential('t4', 'acc_3', 'ws_0');
  const t5 = credential('t5', 'acc_3', 'ws_0');
  const t6 = credential('t6', 'acc_4', 'ws_1');
  const t7 = credential('t7', 'acc_5', 'ws_0', expiresAt);
  const revocation = (kind: Subject['kind'], id: string, ...revoked: Credential[]) =>
    createChange({ kind, id }, revoked);
  return {
    credentials: [t0, t1, t2, t3, t4, t5, t6, t7],
    revocations: [
      revocation('credential', 't0', t0),
      revocation('credential', 't1', t1),
      revocation('credential', 't2', t2),
      revocation('member', 'acc_2:ws_0', t3),
      revocation('account', 'acc_3', t4, t5),
      revocation('workspace', 'ws_1', t6),
    ],
  };
}

/** A change that writes a row; without credentials, one that takes nobody anything. */
export function createChange(subject: Subject, credentials: Credential[] = []): Revocation {
  return { subject, credentials, commits: new Set(), returned: null };
}

/** What an answer about a credential rests on. */
export function subjectsOf({ token, account, workspace }: Credential): Subject[] {
  return [
    { kind: 'credential', id: token },
    { kind: 'account', id: account },
    { kind: 'workspace', id: workspace },
    { kind: 'member', id: `${account}:${workspace}` },
  ];
}
