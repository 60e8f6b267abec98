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
  'createAppApiKey response.secret',
  'changeEmail body.password',
  'createUser body.password',
  'getEmailVerification query.token',
  'introspectToken body.token',
  'issueToken body.password',
  'issueToken response.access_token',
  'issueToken response.refresh_token',
  'reportLeakedTokens body[].token',
  'resetPassword body.newPassword',
  'resetPassword body.token',
  'rotateAccessToken response.secret',
  'signInWithEmail body.password',
  'signUpWithEmail body.password',
  'verifyEmail body.token',
];
