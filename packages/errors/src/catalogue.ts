import type { Dialect } from './dialect.ts';

/** How one fault reads in one dialect. In the oauth dialect `code` is RFC 6749's `error`. */
export interface Wording {
  readonly code: string;
  readonly message: string;
}

/** A fault states its status once, and its code and public message per dialect. */
export interface FaultDeclaration extends Wording {
  readonly status: number;
  /** Where a dialect's document prints another code, sentence or status than the house's own. */
  readonly in?: Partial<Record<Dialect, Partial<Wording> & { readonly status?: number }>>;
}

const craftUnauthorized = { code: 'UNAUTHORIZED', message: 'Invalid or missing authentication' };
const craftForbidden = { code: 'FORBIDDEN', message: 'Insufficient permissions' };

/**
 * Every fault the suite can answer with. Keys are internal names; `code` is what a caller's program
 * switches on. Sources: seed 001 (platform), 002 (quickstart), 003 and 004 (craft), RFC 6749 section 5.2 (oauth).
 */
export const faultCatalogue = {
  validation: {
    status: 400,
    code: 'VALIDATION_ERROR',
    message: 'The request is not valid',
    in: { oauth: { code: 'invalid_request' } },
  },
  'ambiguous-request': {
    status: 400,
    code: 'AMBIGUOUS_REQUEST',
    message: 'The request can be read in more than one way',
    in: { oauth: { code: 'invalid_request' } },
  },
  'conflicting-credentials': {
    status: 400,
    code: 'CONFLICTING_CREDENTIALS',
    message: 'Authorization and X-Api-Key carry different credentials',
    in: { oauth: { code: 'invalid_request' } },
  },
  'workspace-required': {
    status: 400,
    code: 'WORKSPACE_REQUIRED',
    message: 'The credential reaches several workspaces; name one with workspace_id',
    in: { oauth: { code: 'invalid_request' } },
  },
  'credential-missing': {
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'A credential is required',
    in: {
      quickstart: { code: 'AUTHENTICATION_REQUIRED', message: 'Authentication required' },
      craft: craftUnauthorized,
      oauth: { code: 'invalid_client' },
    },
  },
  'api-key-invalid': {
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'The token is invalid, revoked or malformed',
    in: {
      quickstart: { code: 'INVALID_API_KEY', message: 'Invalid API key' },
      craft: craftUnauthorized,
      oauth: { code: 'invalid_client' },
    },
  },
  'session-invalid': {
    status: 401,
    code: 'UNAUTHORIZED',
    message: 'The session is invalid or has ended',
    in: {
      quickstart: { code: 'INVALID_OR_EXPIRED_TOKEN', message: 'Invalid or expired token' },
      craft: craftUnauthorized,
      oauth: { code: 'invalid_client' },
    },
  },
  'sign-in-refused': {
    status: 401,
    code: 'INVALID_CREDENTIALS',
    message: 'Invalid e-mail or password',
    // RFC 6749 section 5.2: 400, for 401 is said of clients only.
    in: { oauth: { code: 'invalid_grant', status: 400 } },
  },
  'client-refused': {
    status: 401,
    code: 'INVALID_CREDENTIALS',
    message: 'Invalid client id or client secret',
    in: { oauth: { code: 'invalid_client' } },
  },
  'refresh-refused': {
    status: 401,
    code: 'INVALID_REFRESH_TOKEN',
    message: 'The refresh token is invalid, expired or revoked',
    in: { oauth: { code: 'invalid_grant', status: 400 } },
  },
  'scope-refused': {
    status: 400,
    code: 'INVALID_SCOPE',
    message: 'The scope is wider than the permissions of the credential',
    in: { oauth: { code: 'invalid_scope' } },
  },
  'link-invalid': {
    status: 400,
    code: 'INVALID_TOKEN',
    message: 'The link is not valid: it was used or replaced, or has expired',
    in: { oauth: { code: 'invalid_request' } },
  },
  'email-unverified': {
    status: 403,
    code: 'EMAIL_NOT_VERIFIED',
    message: 'The address is not verified yet; POST /api/auth/send-verification-email sends the mail again',
    in: { oauth: { code: 'access_denied' } },
  },
  'sign-up-closed': {
    status: 403,
    code: 'SIGN_UP_CLOSED',
    message: 'This app takes no sign-ups',
    in: { oauth: { code: 'access_denied' } },
  },
  'invite-not-yours': {
    status: 403,
    code: 'INVITE_FOR_ANOTHER_ADDRESS',
    message: 'The invite was sent to another address than that of this account',
    in: { oauth: { code: 'access_denied' } },
  },
  'invite-closed': {
    status: 410,
    code: 'INVITE_CLOSED',
    message: 'The invite can no more be accepted',
    in: { oauth: { code: 'invalid_request' } },
  },
  'second-factor-required': {
    status: 403,
    code: 'SECOND_FACTOR_REQUIRED',
    message: 'The user has a second factor: send a code of it as otp beside the password',
    in: { oauth: { code: 'mfa_required', status: 400 } },
  },
  'tenant-refused': {
    status: 403,
    code: 'TENANT_ACCESS_DENIED',
    message: 'The user is not a member of this tenant, or the tenant is not in use',
    in: { oauth: { code: 'invalid_grant', status: 400 } },
  },
  'signature-invalid': {
    status: 401,
    code: 'INVALID_SIGNATURE',
    message: 'The body is not signed by a key that is trusted',
    in: { oauth: { code: 'invalid_client' } },
  },
  'grant-unsupported': {
    status: 400,
    code: 'UNSUPPORTED_GRANT_TYPE',
    message: 'The grant type is not supported',
    in: { oauth: { code: 'unsupported_grant_type' } },
  },
  'policy-denied': {
    status: 403,
    code: 'FORBIDDEN',
    message: 'The policy of this credential does not allow the action',
    in: {
      quickstart: { code: 'API_KEY_MISSING_SCOPES', message: 'The API key lacks a required scope' },
      craft: craftForbidden,
      oauth: { code: 'access_denied' },
    },
  },
  'role-denied': {
    status: 403,
    code: 'FORBIDDEN',
    message: 'The role of the account in this workspace does not allow the action',
    in: {
      quickstart: { code: 'INSUFFICIENT_PERMISSIONS', message: 'Insufficient permissions' },
      craft: craftForbidden,
      oauth: { code: 'access_denied' },
    },
  },
  'pinned-elsewhere': {
    status: 403,
    code: 'FORBIDDEN',
    message: 'The credential is pinned to another workspace',
    in: { craft: craftForbidden, oauth: { code: 'access_denied' } },
  },
  'not-a-member': {
    status: 403,
    code: 'FORBIDDEN',
    message: 'The credential does not belong to the requested organization',
    in: { craft: craftForbidden, oauth: { code: 'access_denied' } },
  },
  'service-disabled': {
    status: 403,
    code: 'SERVICE_DISABLED',
    message: 'The service is disabled in this workspace',
    in: { oauth: { code: 'access_denied' } },
  },
  'policy-too-wide': {
    status: 403,
    code: 'POLICY_TOO_WIDE',
    message: 'The policy grants more than the role of its creator',
    in: { craft: craftForbidden, oauth: { code: 'access_denied' } },
  },
  'confirmation-required': {
    status: 403,
    code: 'CONFIRMATION_REQUIRED',
    message: 'Prove again that it is you: send the password, or a code of the second factor',
    in: { oauth: { code: 'access_denied' } },
  },
  'confirmation-refused': {
    status: 403,
    code: 'CONFIRMATION_REFUSED',
    message: 'The password or code is wrong, or the code was used already',
    in: { oauth: { code: 'access_denied' } },
  },
  // 403, not 402: nothing can be paid here, and no client knows what to do with a 402.
  'plan-limit-reached': {
    status: 403,
    code: 'PLAN_LIMIT_REACHED',
    message: 'The plan of the workspace allows no more of these',
    in: { oauth: { code: 'access_denied' } },
  },
  'plan-feature-missing': {
    status: 403,
    code: 'PLAN_FEATURE_MISSING',
    message: 'The plan of the workspace does not have this feature',
    in: { oauth: { code: 'access_denied' } },
  },
  'cross-site': {
    status: 403,
    code: 'CROSS_SITE_REQUEST',
    message: 'A cross-site request may not use the session cookie',
    in: { oauth: { code: 'access_denied' } },
  },
  'not-found': {
    status: 404,
    code: 'NOT_FOUND',
    message: 'Not found',
    in: { oauth: { code: 'invalid_request' } },
  },
  'method-not-allowed': {
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: 'The method is not allowed here',
    in: { oauth: { code: 'invalid_request' } },
  },
  conflict: {
    status: 409,
    code: 'CONFLICT',
    message: 'The resource exists already or has changed',
    in: { oauth: { code: 'invalid_request' } },
  },
  'idempotency-key-in-use': {
    status: 409,
    code: 'IDEMPOTENCY_KEY_IN_USE',
    message: 'A call with this Idempotency-Key is under way; send it again shortly',
    in: { oauth: { code: 'invalid_request' } },
  },
  'idempotency-answer-lost': {
    status: 409,
    code: 'IDEMPOTENCY_ANSWER_LOST',
    message:
      'A call with this Idempotency-Key took effect, but its answer cannot be repeated; look at what there is before using another key',
    in: { oauth: { code: 'invalid_request' } },
  },
  'body-too-large': {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The request body is too large',
    in: { oauth: { code: 'invalid_request' } },
  },
  'url-too-long': {
    status: 414,
    code: 'URI_TOO_LONG',
    message: 'The request target is too long',
    in: { oauth: { code: 'invalid_request' } },
  },
  'unsupported-media-type': {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The content type of the body is not supported',
    in: { oauth: { code: 'invalid_request' } },
  },
  'idempotency-key-reused': {
    status: 422,
    code: 'IDEMPOTENCY_KEY_REUSED',
    message: 'This Idempotency-Key was used for another request',
    in: { oauth: { code: 'invalid_request' } },
  },
  'rate-limited': {
    status: 429,
    code: 'RATE_LIMITED',
    message: 'Too many requests',
    in: { quickstart: { code: 'RATE_LIMIT_ERROR' }, oauth: { code: 'slow_down' } },
  },
  'too-many-streams': {
    status: 429,
    code: 'TOO_MANY_STREAMS',
    message: 'Too many streams of this workspace are open; close one first',
    in: { oauth: { code: 'slow_down' } },
  },
  'headers-too-large': {
    status: 431,
    code: 'HEADERS_TOO_LARGE',
    message: 'The request headers are too large',
    in: { oauth: { code: 'invalid_request' } },
  },
  internal: {
    status: 500,
    code: 'INTERNAL_ERROR',
    message: 'Something went wrong on our side',
    in: { oauth: { code: 'server_error' } },
  },
  'bad-gateway': {
    status: 502,
    code: 'BAD_GATEWAY',
    message: 'The service gave no valid answer',
    in: { oauth: { code: 'server_error' } },
  },
  unavailable: {
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
    message: 'The service cannot answer right now; try again shortly',
    in: { oauth: { code: 'temporarily_unavailable' } },
  },
  'gateway-timeout': {
    status: 504,
    code: 'GATEWAY_TIMEOUT',
    message: 'The service did not answer in time',
    in: { oauth: { code: 'temporarily_unavailable' } },
  },
} as const satisfies Record<string, FaultDeclaration>;

/** The internal name of a fault. */
export type FaultName = keyof typeof faultCatalogue;

/** The declaration of a fault, widened so that `in` can be indexed. */
export function faultDeclaration(name: FaultName): FaultDeclaration {
  return faultCatalogue[name];
}
