/**
 * Every field in which a secret travels. Whoever adds one adds it here, so that a reviewer sees it: redaction, the
 * documents and the console's "shown once" go by the mark `x-secret` alone.
 */
export const pinnedSecretFields: readonly string[] = [
  'acceptWorkspaceInvite params.token',
  'applyDirectory body.records[].data.digest',
  'applyDirectory body.records[].data.secrets[].digest',
  'applyDirectory body.records[].data.password_hash',
  'authorize body.token',
  'createAccessToken response.secret',
  'createApiKey response.data.key',
  'changeUser body.password_hash',
  'createAppApiKey response.secret',
  'changeEmail body.password',
  'createCredential response.client_secret',
  'createUser body.password',
  'getEmailVerification query.token',
  'importUsers body.users[].password_hash',
  'introspectToken body.token',
  'issueToken body.password',
  'issueToken response.access_token',
  'issueToken response.refresh_token',
  'registerUser body.password_hash',
  'reportLeakedTokens body[].token',
  'resetPassword body.newPassword',
  'resetPassword body.token',
  'rotateAccessToken response.secret',
  'signInWithEmail body.password',
  'signUpWithEmail body.password',
  'updateCredential response.client_secret',
  'updateUser body.password',
  'verifyEmail body.token',
];
