import { createAppApiKey, listAppApiKeys, revokeAppApiKey } from './api-keys.ts';
import { createApp, createWorkspaceApp, getApp, listApps } from './apps.ts';
import { findAppOwner } from './internal-apps.ts';
import { createRole } from './roles.ts';
import { createUser, listUsers } from './users.ts';

/** Every operation of Heimdall's control plane, by operationId. */
export const heimdallAdminOperations = {
  createWorkspaceApp,
  createApp,
  listApps,
  getApp,
  createAppApiKey,
  listAppApiKeys,
  revokeAppApiKey,
  createUser,
  listUsers,
  createRole,
  findAppOwner,
} as const;
