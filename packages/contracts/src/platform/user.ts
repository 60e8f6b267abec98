import { operation } from '../operation.ts';
import {
  bareId,
  email,
  looseId,
  nullable,
  object,
  oneOf,
  pageQuery,
  timestamp,
  Type,
  type TSchema,
} from '../schema.ts';
import { customRole } from './workspaces.ts';

/** Seed 002, step 4: the twelve fields it prints, in its order. */
export const getCurrentUser = operation({
  operationId: 'getCurrentUser',
  service: 'platform',
  method: 'GET',
  path: '/api/user/me',
  summary: 'Get the account of the caller',
  dialect: 'quickstart',
  access: {
    kind: 'policy',
    authorization: {
      action: 'account.read',
      access: 'read',
      lowestRole: 'member',
      scopes: ['user:read'],
      resource: 'pcft:platform:account/{account}',
      workspace: { from: 'self' },
    },
  },
  rateClass: 'quickstart',
  success: {
    status: 200,
    shape: 'resource',
    message: 'User fetched successfully',
    body: object({
      id: bareId('The account.'),
      email: email(),
      fullName: Type.String(),
      handle: Type.String(),
      isVerified: Type.Boolean(),
      verifiedAt: nullable(timestamp()),
      isActive: Type.Boolean(),
      lastLoginAt: nullable(timestamp()),
      role: oneOf(['user', 'staff']),
      organizationCount: Type.Integer({ description: 'Organizations it is a member of.' }),
      createdAt: timestamp(),
      updatedAt: timestamp(),
    }),
  },
});

export const organizationParams = {
  organizationId: looseId('ws', 'Organization id, in full or as a bare ULID.'),
};

const role = () => oneOf(['owner', 'admin', 'member'], 'Of a custom role its base.');

const page = <const S extends TSchema>(message: string, body: S) =>
  ({ status: 200, shape: 'page', message, body }) as const;

/** The organization is the workspace of seed 000; its id here is what the other routes take as `:organizationId`. */
export const listOrganizations = operation({
  operationId: 'listOrganizations',
  service: 'platform',
  method: 'GET',
  path: '/api/user/organizations',
  summary: 'List the workspaces of the caller',
  dialect: 'quickstart',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.list',
      access: 'list',
      lowestRole: 'member',
      scopes: ['user:read'],
      resource: 'pcft:platform:workspace/*',
      workspace: { from: 'span' },
    },
  },
  rateClass: 'quickstart',
  query: object({ ...pageQuery }),
  success: page(
    'Organizations fetched successfully',
    object({
      id: bareId('The organization.'),
      name: Type.String(),
      slug: Type.String(),
      role: role(),
      customRole: customRole(),
      createdAt: timestamp(),
      updatedAt: timestamp(),
    }),
  ),
});

export const listOrganizationMembers = operation({
  operationId: 'listOrganizationMembers',
  service: 'platform',
  method: 'GET',
  path: '/api/user/organizations/:organizationId/members',
  summary: 'List the members of a workspace',
  dialect: 'quickstart',
  access: {
    kind: 'policy',
    authorization: {
      action: 'workspace.member.list',
      access: 'list',
      lowestRole: 'member',
      scopes: ['members:read'],
      resource: 'pcft:platform:workspace/{workspace}/member/*',
      workspace: { from: 'path', param: 'organizationId' },
    },
  },
  rateClass: 'quickstart',
  params: object(organizationParams),
  query: object({ ...pageQuery }),
  success: page(
    'Members fetched successfully',
    object({
      id: bareId('The membership.'),
      userId: bareId('The account.'),
      email: email(),
      fullName: Type.String(),
      role: role(),
      customRole: customRole(),
      createdAt: timestamp(),
    }),
  ),
});
