import { actionCatalogue, type auditOperations, type SuccessOf } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import { validateStatements, type Statement } from '@pcft/policy';
import type { UsageReader } from '../usage/prisma-usage-store.ts';
import { lookBack, type LookBack } from './look-back.ts';
import type { PastCalls } from './past-calls.ts';
import { proposePolicy } from './propose-policy.ts';
import { readableToken } from './readable-token.ts';
import { Replay, type ReplayGroups } from './replay.ts';
import type { TokenSource } from './token-source.ts';
import { Usage } from './used-actions.ts';

type Operations = Pick<typeof auditOperations, 'getAccessTokenReport' | 'replayPolicy'>;
type Report = SuccessOf<Operations['getAccessTokenReport']>;
type Replayed = SuccessOf<Operations['replayPolicy']>;

export interface TokenReportDeps {
  readonly pastCalls: PastCalls;
  readonly tokenSource: TokenSource;
  readonly usage: UsageReader;
}

export function tokenReportHandlers(deps: TokenReportDeps): Handlers<Operations> {
  return {
    async getAccessTokenReport(call: Call<Operations['getAccessTokenReport']>): Promise<Report> {
      const { params, query } = call;
      const token = await readableToken(deps.tokenSource, call, params.id);
      const { usage, window, last } = await used(
        deps,
        logOf(call),
        token.policy,
        params.id,
        query.days ?? 90,
      );
      return {
        access_token_id: token.id,
        name: token.name,
        status: token.status,
        ...toWindow(window),
        last_used: last && { at: last.at.toISOString(), ip: last.ip, service: last.service },
        used_actions: [...usage.actions]
          .map(([action, { calls, refused, lastAt, resources }]) => ({
            ...{ action, calls, refused, resources: resources.size, last_at: lastAt?.toISOString() ?? null },
          }))
          .sort((a, b) => b.calls - a.calls || (a.action < b.action ? -1 : 1)),
        unused_actions: usage.unused(actionCatalogue),
        statements: token.policy.map(({ effect }, statement) => {
          const { calls = 0, lastAt = null } = usage.statements[statement] ?? {};
          return { statement, effect, calls, last_at: lastAt?.toISOString() ?? null };
        }),
        policy: token.policy,
        proposed_policy: proposePolicy(token.policy, usage.actions),
      };
    },

    async replayPolicy(call: Call<Operations['replayPolicy']>): Promise<Replayed> {
      const { policy, pat_id: patId = null, days = 30 } = call.body;
      if (!policy && patId === null) throw invalid('policy', 'required without pat_id');
      if (policy) assertReadable(policy);
      const token = patId === null ? null : await readableToken(deps.tokenSource, call, patId);
      const log = logOf(call);
      const statements = policy ?? (token && (await proposed(deps, log, token.policy, token.id, days)));
      if (!statements) {
        const reason = 'the PAT made no call from which a policy could be proposed';
        throw new Fault('conflict', { message: reason, details: [{ field: 'pat_id', reason }] });
      }
      const replay = new Replay(statements);
      const window = await lookBack(deps.pastCalls, { log, patId, days }, (each) => replay.see(each));
      return {
        policy: [...statements],
        ...toWindow(window),
        refused: toGroups(replay.refused),
        allowed: toGroups(replay.allowed),
      };
    },
  };
}

async function used(
  { pastCalls, usage: reader }: TokenReportDeps,
  log: string,
  policy: readonly Statement[],
  patId: string,
  days: number,
) {
  const usage = new Usage(policy);
  const window = await lookBack(pastCalls, { log, patId, days }, (each) => usage.see(each));
  return { usage, window, last: await reader.lastCall(patId) };
}

async function proposed(
  deps: TokenReportDeps,
  log: string,
  policy: readonly Statement[],
  patId: string,
  days: number,
): Promise<Statement[] | null> {
  const { usage } = await used(deps, log, policy, patId, days);
  return proposePolicy(policy, usage.actions);
}

function logOf({ access }: { readonly access: Call['access'] }): string {
  if (!access) throw new Fault('not-found');
  return access.id;
}

/** In the words in which a policy is refused that is to be granted. */
function assertReadable(policy: readonly Statement[]): void {
  const details = validateStatements(policy, actionCatalogue);
  const [first] = details;
  if (first) throw new Fault('validation', { details, message: `${first.field}: ${first.reason}` });
}

function toWindow({ from, to, callsRead, complete }: LookBack) {
  return { from: from.toISOString(), to: to.toISOString(), calls_read: callsRead, complete };
}

function toGroups(groups: ReplayGroups): Replayed['refused'] {
  return {
    calls: groups.calls,
    groups: groups.mostFirst().map(({ firstAt, lastAt, ...group }) => ({
      ...group,
      first_at: firstAt.toISOString(),
      last_at: lastAt.toISOString(),
    })),
    groups_left_out: groups.leftOut,
  };
}
