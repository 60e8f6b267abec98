export { readCredential, sessionCookie, type Credential, type CredentialHeaders } from './credential.ts';
export {
  impliedWorkspace,
  type InactiveReason,
  type Introspection,
  type IntrospectionOverview,
  type Introspector,
  type Principal,
  type WorkspaceAccess,
} from './introspection.ts';
