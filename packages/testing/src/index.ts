/** The running suite as a test sees it: clients, fixtures, coverage of the contract, hostile input. */
export { auditRowOf } from './audit-row-of.ts';
export { sampleEvent } from './sample-event.ts';
export { connectInbox, linkIn, tokenIn, type Inbox, type ReceivedMail } from './inbox.ts';
export { connectSuite, type Suite } from './suite.ts';
export {
  expectStatus,
  sessionOf,
  uniqueName,
  type Account,
  type Member,
  type MintedToken,
  type Owner,
  type WorkspaceRef,
} from './accounts.ts';
export { sessionCookieName, type Answer, type CallInput, type CallOperation } from './call-operation.ts';
export { ContractViolation } from './check-answer.ts';
export { readFault, type ReadFault } from './fault-envelope.ts';
export { type Control, type ProcessName, type ProcessState } from './control.ts';
export { fillPath, operationById } from './operation-by-id.ts';
export { type CoverageLine } from './record-coverage.ts';
export { sendRequest, type WireAnswer, type WireRequest } from './send-request.ts';
export { readStackFile, type StackFile } from './stack-file.ts';
export { sampleOf, satisfies, type Schema } from './sample.ts';
export {
  absentIds,
  bodyFor,
  createWorld,
  credentialFor,
  idsOf,
  kindOfParam,
  paramsFor,
  validCall,
  type IdsByPrefix,
  type World,
} from './world.ts';
export { browserOrigin, SoftwareAuthenticator, type CeremonyChanges } from './software-authenticator.ts';
export { seededRandom, type SeededRandom } from './malformed/seeded-random.ts';
export { malformedInputs } from './malformed/malformed-inputs.ts';
export { type MalformedInput } from './malformed/malformed-input.ts';
export {
  measureRevocations,
  revocationPhases,
  type RevocationOptions,
  type RevocationPhase,
  type RevocationReport,
} from './revocation/revocation-proof.ts';
export { accessChanges, type AccessChange } from './revocation/access-changes.ts';
export { type SuiteOrigins } from './revocation/targets.ts';
export {
  accessLevels,
  builtInMatrixRoles,
  matrixRoles,
  measureRoleMatrix,
  roleMatrixFaults,
  roleMatrixTable,
  type MatrixCell,
  type MatrixRole,
} from './role-matrix.ts';
export {
  changedCall,
  countEffects,
  holds,
  isReplay,
  keyedCall,
  measureIdempotency,
  type IdempotencyReport,
} from './idempotency/idempotency-proof.ts';
export { measureCrashes, type CrashReport } from './idempotency/idempotency-crashes.ts';
