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
  'authorizeBatch body.checks[].token',
  'authorizeBatch body.token',
  'createAccessToken response.secret',
  'createApiKey response.data.key',
  'createAppApiKey response.secret',
  'changeEmail body.password',
  'createUser body.password',
<<<<<<< HEAD
  'introspectToken body.token',
  'issueToken body.client_secret',
=======
  'getEmailVerification query.token',
  'introspectToken body.token',
>>>>>>> main
  'issueToken body.password',
  'issueToken body.refresh_token',
  'issueToken response.access_token',
  'issueToken response.refresh_token',
  'refreshToken body.refresh_token',
  'refreshToken response.access_token',
  'refreshToken response.refresh_token',
  'reportLeakedTokens body[].token',
<<<<<<< HEAD
  'revokeToken body.refresh_token',
  'revokeToken body.token',
=======
  'resetPassword body.newPassword',
  'resetPassword body.token',
>>>>>>> main
  'rotateAccessToken response.secret',
  'signInWithEmail body.password',
  'signUpWithEmail body.password',
  'verifyEmail body.token',
];
