export { readCredential, sessionCookie, type Credential, type CredentialHeaders } from './credential.ts';
export { readEndUserCredential, readOptionalAppKey, readOptionalEndUser } from './consumer-credential.ts';
export {
  impliedWorkspace,
  type CustomRole,
  type InactiveReason,
  type Introspection,
  type IntrospectionOverview,
  type Introspector,
  type Principal,
  type WorkspaceAccess,
} from './introspection.ts';
export {
  answerFromWire,
  introspectionFromWire,
  MalformedIntrospection,
  memberSubject,
  overviewFromWire,
} from './wire.ts';
export {
  invalidationAckFrom,
  heimdallInvalidations,
  invalidationPushFrom,
  platformInvalidations,
  type InvalidationAck,
  type InvalidationSubjects,
} from './invalidation-subjects.ts';
export { createNatsInvalidationBus } from './nats-invalidation-bus.ts';
export * from './lease/index.ts';
export { decideInWorkspace, decideOnAccount, denialFault, fillUrn, type Question } from './authorize.ts';
export {
  createPlatformClient,
  PlatformRefused,
  type PlatformClient,
  type PlatformClientOptions,
} from './platform-client.ts';
export { createInstanceFetch, type InstanceFetch, type InstanceFetchOptions } from './instance-fetch.ts';
export {
  createRemoteIntrospector,
  type RemoteIntrospector,
  type RemoteIntrospectorOptions,
} from './remote-introspector.ts';
export { onBehalfOfHeader, serviceHeaders, serviceTokenHeader } from './service-token.ts';
