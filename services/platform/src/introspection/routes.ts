import type { Credential } from '@pcft/auth';
import type { platformOperations as operations } from '@pcft/contracts';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { Use } from '../usage/usage-store.ts';
import type { CredentialColumns } from './introspection-row.ts';
import {
  overviewToService,
  overviewToWire,
  workspaceToService,
  workspaceToWire,
} from './introspection-to-wire.ts';
import { introspectToken } from './introspect-token.ts';
import type { IntrospectionStore } from './prisma-introspection-store.ts';
import { publishVersion } from './publish-version.ts';
import { introspectionOf, overviewOf } from './read-introspection.ts';

type IntrospectionOperations = Pick<
  typeof operations,
  'introspect' | 'introspectWorkspace' | 'introspectToken'
>;

/** Told of every credential that was found good. */
export type OnUsed = (use: Omit<Use, 'at'>) => void;

/**
 * A service of the suite is told also of a credential that was issued and is dead, so that it can audit the refusal;
 * to everybody else that is the same 401 as for one that never was.
 */
export function introspectionHandlers(
  store: IntrospectionStore,
  onUsed: OnUsed,
  issuer: string,
): Handlers<IntrospectionOperations> {
  return {
    async introspect(call) {
      const row = issued(call, await store.overview(credentialOf(call)));
      const overview = overviewOf(row);
      if (overview.state === 'unknown') throw refused(call);
      if (overview.state === 'active') onUsed(useOf(overview.principal, call));
      if (call.callingService !== null) return overviewToService(overview, row);
      if (overview.state !== 'active') throw refused(call);
      return publishVersion(call, overviewToWire(overview, row));
    },

    async introspectWorkspace(call) {
      const row = issued(call, await store.inWorkspace(credentialOf(call), call.params.id));
      const introspection = introspectionOf(row);
      if (introspection.state === 'unknown') throw refused(call);
      if (introspection.state === 'active') onUsed(useOf(introspection.principal, call));
      if (call.callingService !== null) return workspaceToService(introspection, row);
      if (introspection.state !== 'active') throw refused(call);
      const body = workspaceToWire(introspection);
      // Foreign and absent are exactly this and nothing else; their ETag is the same too.
      const { version, ...said } = publishVersion(call, body);
      return body.is_member ? { ...said, version } : said;
    },

    async introspectToken(call) {
      if (call.access === null) throw new Fault('not-found');
      const { body, used } = await introspectToken(store, call.access, call.body.token, issuer);
      // Who presented it to the backend is not known here.
      if (used) onUsed({ ...useOf(used, call), ip: null });
      if (call.principal) onUsed(useOf(call.principal, call));
      call.audit.add({
        ...(used && { target: { type: 'access-token', id: used.id } }),
        metadata: { active: body.active },
      });
      return body;
    },
  };
}

type AnyCall = Pick<Call, 'credential' | 'callingService' | 'request'>;

function credentialOf({ credential }: AnyCall): Credential {
  if (credential === null) throw new Fault('credential-missing');
  return credential;
}

function issued<Row extends CredentialColumns>(
  call: AnyCall,
  row: Row | null,
): Row & Extract<CredentialColumns, { credential_id: string }> {
  if (row === null || row.credential_id === null) throw refused(call);
  return row as Row & Extract<CredentialColumns, { credential_id: string }>;
}

/** 401 in the words of what was presented. */
function refused({ credential }: AnyCall): Fault {
  return new Fault(credential?.kind === 'session' ? 'session-invalid' : 'api-key-invalid');
}

/** Of a service's question the caller is the one on whose behalf it asks. */
function useOf({ id }: { readonly id: string }, { callingService, request }: AnyCall): Omit<Use, 'at'> {
  return callingService === null
    ? { id, ip: request.clientIp, service: 'platform' }
    : { id, ip: request.onBehalfOf, service: callingService };
}
