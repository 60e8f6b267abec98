import {
  activateTwoFactor,
  changePassword,
  confirmSession,
  disableTwoFactor,
  enableTwoFactor,
  getSession,
  getTwoFactor,
  renewRecoveryCodes,
} from './account-security.ts';
import { listAccountSessions, revokeAccountSession, revokeOtherAccountSessions } from './account-sessions.ts';
import { signInWithEmail, signOut, signUpWithEmail, verifyTwoFactor } from './accounts.ts';
import {
  changeEmail,
  forgetPassword,
  getEmailVerification,
  resetPassword,
  sendVerificationEmail,
  verifyEmail,
} from './account-mail.ts';
import {
  createAccessToken,
  getAccessToken,
  listAccessTokens,
  revokeAccessToken,
  rotateAccessToken,
  updateAccessToken,
} from './access-tokens.ts';
import { createApiKey, deleteApiKey, getApiKey, listApiKeys, updateApiKey } from './api-keys.ts';
import { introspect, introspectWorkspace } from './introspection.ts';
import {
  acceptWorkspaceInvite,
  createWorkspaceInvite,
  listWorkspaceInvites,
  revokeWorkspaceInvite,
} from './invites.ts';
import { getAccessTokenUsage } from './access-token-usage.ts';
import { readReportedToken } from './reported-token.ts';
import { readWorkspacePlans } from './workspace-plans.ts';
import { getSecretScanning, reportLeakedTokens } from './secret-scanning.ts';
import { joinLease, leaveLease, renewLease } from './leases.ts';
import { removeMember, updateMember } from './members.ts';
import {
  createPolicy,
  deletePolicy,
  getPolicy,
  getPolicyVersion,
  listPolicies,
  listPolicyVersions,
  updatePolicy,
} from './managed-policies.ts';
import {
  beginPasskeyRegistration,
  beginPasskeySignIn,
  deletePasskey,
  finishPasskeyRegistration,
  listPasskeys,
  signInWithPasskey,
  updatePasskey,
} from './passkeys.ts';
import { listActions, simulatePolicy } from './policies.ts';
import { deleteWorkspace, restoreWorkspace, updateService, updateWorkspace } from './workspace-changes.ts';
import { getWorkspacePlan, listPlans, updateWorkspacePlan } from './plans.ts';
import { getWorkspaceSettings, updateWorkspaceSettings } from './workspace-settings.ts';
import { getCurrentUser, listOrganizationMembers, listOrganizations } from './user.ts';
import { introspectToken } from './token-introspection.ts';
import {
  createWorkspaceRole,
  deleteWorkspaceRole,
  getWorkspaceRole,
  listWorkspaceRoles,
  updateWorkspaceRole,
} from './workspace-roles.ts';
import { deleteCurrentUser, updateCurrentUser } from './user-changes.ts';
import { createWorkspace, getWorkspace, listMembers, listServices, listWorkspaces } from './workspaces.ts';

/** Every operation of the platform service, by operationId. */
export const platformOperations = {
  signUpWithEmail,
  signInWithEmail,
  signOut,
  verifyTwoFactor,
  getSession,
  changePassword,
  confirmSession,
  getTwoFactor,
  enableTwoFactor,
  activateTwoFactor,
  disableTwoFactor,
  renewRecoveryCodes,
  beginPasskeyRegistration,
  finishPasskeyRegistration,
  beginPasskeySignIn,
  signInWithPasskey,
  listPasskeys,
  updatePasskey,
  deletePasskey,
  listAccountSessions,
  revokeAccountSession,
  revokeOtherAccountSessions,
  updateCurrentUser,
  deleteCurrentUser,
  sendVerificationEmail,
  getEmailVerification,
  verifyEmail,
  forgetPassword,
  resetPassword,
  changeEmail,
  listWorkspaceInvites,
  createWorkspaceInvite,
  revokeWorkspaceInvite,
  acceptWorkspaceInvite,
  listWorkspaces,
  createWorkspace,
  getWorkspace,
  updateWorkspace,
  deleteWorkspace,
  restoreWorkspace,
  listPlans,
  getWorkspacePlan,
  updateWorkspacePlan,
  getWorkspaceSettings,
  updateWorkspaceSettings,
  listMembers,
  updateMember,
  removeMember,
  listServices,
  updateService,
  createAccessToken,
  listAccessTokens,
  getAccessToken,
  updateAccessToken,
  revokeAccessToken,
  rotateAccessToken,
  getAccessTokenUsage,
  readReportedToken,
  readWorkspacePlans,
  reportLeakedTokens,
  getSecretScanning,
  listActions,
  simulatePolicy,
  createPolicy,
  listPolicies,
  getPolicy,
  updatePolicy,
  deletePolicy,
  listPolicyVersions,
  getPolicyVersion,
  createWorkspaceRole,
  listWorkspaceRoles,
  getWorkspaceRole,
  updateWorkspaceRole,
  deleteWorkspaceRole,
  getCurrentUser,
  listOrganizations,
  listOrganizationMembers,
  createApiKey,
  listApiKeys,
  getApiKey,
  updateApiKey,
  deleteApiKey,
  introspect,
  introspectWorkspace,
  introspectToken,
  joinLease,
  renewLease,
  leaveLease,
} as const;
