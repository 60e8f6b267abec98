import { decideInWorkspace, denialFault } from '@pcft/auth';
import { auditOperations, authorizationOf } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call } from '@pcft/http';
import type { ReportedToken, TokenSource } from './token-source.ts';

/**
 * The PAT, for whoever may have its report: an admin at least, and those see every PAT of the workspace.
 *
 * @throws Fault `policy-denied`, `not-found`, `unavailable`
 */
export async function readableToken(
  source: TokenSource,
  { access, request }: Pick<Call, 'access' | 'request'>,
  patId: string,
): Promise<ReportedToken> {
  const operation = auditOperations.getAccessTokenReport;
  const authorization = authorizationOf(operation);
  if (!access || !authorization) throw new Fault('not-found');
  const { clientIp } = request;
  const question = { operation, authorization, urn: { id: patId }, clientIp, now: new Date() };
  const decision = decideInWorkspace(question, access);
  if (!decision.allowed) throw denialFault(decision);
  const token = await source.find(access.id, patId);
  if (!token) throw new Fault('not-found');
  return token;
}
