/** Secrets and ids: how they are made, recognised, stored and compared. No database, no network. */
export {
  createToken,
  lastFour,
  parseToken,
  PAT_KINDS,
  TOKEN_PREFIXES,
  tokenDigest,
  tokenDigestHex,
  tokenForm,
  tokenPattern,
  type ParsedToken,
  type TokenKind,
} from './token.ts';
export { deriveToken } from './derive-token.ts';
export { bareUlid, createId, ID_PREFIXES, idTime, isId, isUlid, toId, type Id, type IdPrefix } from './id.ts';
export {
  createPasswordHasher,
  isPasswordHash,
  type PasswordHasher,
  type PasswordHasherOptions,
} from './password-hasher.ts';
export { normalizePassword, passwordRefusal, type PasswordContext } from './password-rules.ts';
export { createSealer, type Sealer } from './sealer.ts';
export { createRecoveryCodes, recoveryCodeDigest } from './recovery-codes.ts';
export { createTotpSecret, totpStepOf, type TotpSecret } from './totp.ts';
export {
  assertAwaited,
  BusyError,
  createBoundedQueue,
  type BoundedQueue,
  type Turn,
} from './bounded-queue.ts';
export { InTurn } from './in-turn.ts';
export { constantTimeEqual } from './constant-time-equal.ts';
export { parseServiceKeys, serviceKeyEntry, type ServiceKeys } from './service-keys.ts';
export {
  CLIENT_ADDRESS_HEADER,
  CLIENT_ADDRESS_MAX_AGE_MS,
  signClientAddress,
  verifyClientAddress,
  type ClientAddress,
} from './client-address.ts';
export { mostWork, workOf, type RefusalWork } from './refusal-work.ts';
