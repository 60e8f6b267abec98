import { acceptUserInvite } from './accept-invite.ts';
import { authorize, authorizeBatch } from './authorize.ts';
import {
  changeUserPassword,
  getEndUser,
  listUserSessions,
  refreshUserSession,
  revokeOtherUserSessions,
  revokeUserSession,
  signInUser,
  signOutUser,
  signUpUser,
  updateEndUser,
} from './consumer.ts';
import {
  forgotUserPassword,
  resendUserVerification,
  resetUserPassword,
  verifyUserEmail,
} from './consumer-mail.ts';
import { applyDirectory } from './directory.ts';
import { countSignInGuess } from './guesses.ts';
import { issueToken, refreshToken, revokeToken } from './grants.ts';
import { introspectAppToken } from './introspect.ts';
import { getAppJwks, getJwks } from './jwks.ts';
import { listSigningKeys, retireSigningKey, rotateSigningKey } from './signing-keys.ts';
import {
  confirmUserTotp,
  disableUserTwoFactor,
  enrolUserTotp,
  getUserTwoFactor,
  removeUserTwoFactor,
  renewUserRecoveryCodes,
  verifyUserTwoFactor,
} from './two-factor.ts';
import { leaveUserTenant, listUserTenants, switchUserTenant } from './user-tenants.ts';

/** Every operation of Heimdall's data plane, by operationId. */
export const tokensOperations = {
  issueToken,
  refreshToken,
  revokeToken,
  introspectAppToken,
  authorize,
  authorizeBatch,
  listSigningKeys,
  rotateSigningKey,
  retireSigningKey,
  getAppJwks,
  getJwks,
  signUpUser,
  signInUser,
  refreshUserSession,
  signOutUser,
  getEndUser,
  updateEndUser,
  changeUserPassword,
  listUserSessions,
  revokeUserSession,
  revokeOtherUserSessions,
  verifyUserTwoFactor,
  getUserTwoFactor,
  enrolUserTotp,
  confirmUserTotp,
  disableUserTwoFactor,
  renewUserRecoveryCodes,
  removeUserTwoFactor,
  listUserTenants,
  switchUserTenant,
  leaveUserTenant,
  acceptUserInvite,
  forgotUserPassword,
  resetUserPassword,
  resendUserVerification,
  verifyUserEmail,
  applyDirectory,
  countSignInGuess,
} as const;
