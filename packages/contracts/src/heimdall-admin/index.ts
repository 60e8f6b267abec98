import { createAppApiKey, listAppApiKeys, revokeAppApiKey } from './api-keys.ts';
import { archiveApp, getAppSettings, restoreApp, updateApp, updateAppSettings } from './app-changes.ts';
import { createApp, createWorkspaceApp, getApp, listApps } from './apps.ts';
import { findAppOwner } from './internal-apps.ts';
import { createCredential, listCredentials, revokeCredential, updateCredential } from './credentials.ts';
import { acceptInviteFor, findInvite } from './invite-door.ts';
import { acceptInvite, createInvite, listInvites, revokeInvite } from './invites.ts';
import { leaveTenant } from './member-door.ts';
import { createRole, deleteRole, getRole, listRoles, updateRole } from './roles.ts';
import {
  addTenantMember,
  listTenantMembers,
  removeTenantMember,
  updateTenantMember,
} from './tenant-members.ts';
import { createTenant, deleteTenant, getTenant, listTenants, updateTenant } from './tenants.ts';
import {
  assignUserRole,
  deactivateUser,
  getUser,
  importUsers,
  removeUserRole,
  updateUser,
} from './user-changes.ts';
import { changeUser, registerUser, reportLastUse } from './user-door.ts';
import { createUser, listUsers } from './users.ts';

/** Every operation of Heimdall's control plane, by operationId. */
export const heimdallAdminOperations = {
  createWorkspaceApp,
  createApp,
  listApps,
  getApp,
  updateApp,
  archiveApp,
  restoreApp,
  getAppSettings,
  updateAppSettings,
  createAppApiKey,
  listAppApiKeys,
  revokeAppApiKey,
  createUser,
  listUsers,
  importUsers,
  getUser,
  updateUser,
  deactivateUser,
  assignUserRole,
  removeUserRole,
  createRole,
  findAppOwner,
  listRoles,
  getRole,
  updateRole,
  deleteRole,
  createCredential,
  listCredentials,
  updateCredential,
  revokeCredential,
  createTenant,
  listTenants,
  getTenant,
  updateTenant,
  deleteTenant,
  addTenantMember,
  listTenantMembers,
  updateTenantMember,
  removeTenantMember,
  createInvite,
  listInvites,
  revokeInvite,
  acceptInvite,
  registerUser,
  changeUser,
  reportLastUse,
  findInvite,
  acceptInviteFor,
  leaveTenant,
} as const;
