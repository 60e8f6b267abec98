import { operation, type Authorization } from '../operation.ts';
import { organizationParams } from '../platform/user.ts';
import { bareId, id, line, looseId, object, pageQuery, timestamp } from '../schema.ts';

/** A tenant-scoped work object of seed 002. */
const project = () =>
  object({
    id: id('prj'),
    organizationId: bareId('The organization it belongs to.'),
    name: line(120),
    createdBy: bareId('The account that created it.'),
    createdAt: timestamp(),
    updatedAt: timestamp(),
  });

const collectionParams = object(organizationParams);
const itemParams = object({
  ...organizationParams,
  projectId: looseId('prj', 'Project id, in full or as a bare ULID.'),
});

const authorization = (
  verb: 'create' | 'list' | 'read' | 'update' | 'delete',
  access: Authorization['access'],
  resource: string,
): Authorization => ({
  action: `projects.project.${verb}`,
  access,
  lowestRole: 'member',
  scopes: [access === 'list' || access === 'read' ? 'projects:read' : 'projects:write'],
  resource: `pcft:projects:project/${resource}`,
  workspace: { from: 'path', param: 'organizationId' },
});

const body = () => object({ name: line(120, 'Need not be unique.') });

/** Like every creation of seed 002 it answers 200. */
export const createProject = operation({
  operationId: 'createProject',
  service: 'projects',
  method: 'POST',
  path: '/api/user/organizations/:organizationId/projects',
  summary: 'Create a project in an organization',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('create', 'write', '*') },
  rateClass: 'quickstart',
  params: collectionParams,
  body: body(),
  success: { status: 200, shape: 'resource', message: 'Project created', body: project() },
  event: 'project.created',
  changes: true,
});

/** Seed 002, step 4. */
export const listProjects = operation({
  operationId: 'listProjects',
  service: 'projects',
  method: 'GET',
  path: '/api/user/organizations/:organizationId/projects',
  summary: 'List the projects of an organization, oldest first',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('list', 'list', '*') },
  rateClass: 'quickstart',
  params: collectionParams,
  query: object({ ...pageQuery }),
  success: { status: 200, shape: 'page', message: 'Projects fetched successfully', body: project() },
});

export const getProject = operation({
  operationId: 'getProject',
  service: 'projects',
  method: 'GET',
  path: '/api/user/organizations/:organizationId/projects/:projectId',
  summary: 'Get a project',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('read', 'read', '{projectId}') },
  rateClass: 'quickstart',
  params: itemParams,
  success: { status: 200, shape: 'resource', message: 'Project fetched successfully', body: project() },
  faults: ['not-found'],
});

export const updateProject = operation({
  operationId: 'updateProject',
  service: 'projects',
  method: 'PATCH',
  path: '/api/user/organizations/:organizationId/projects/:projectId',
  summary: 'Rename a project',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('update', 'write', '{projectId}') },
  rateClass: 'quickstart',
  params: itemParams,
  body: body(),
  success: { status: 200, shape: 'resource', message: 'Project updated', body: project() },
  faults: ['not-found'],
  event: 'project.updated',
  changes: true,
});

export const deleteProject = operation({
  operationId: 'deleteProject',
  service: 'projects',
  method: 'DELETE',
  path: '/api/user/organizations/:organizationId/projects/:projectId',
  summary: 'Delete a project for good',
  dialect: 'quickstart',
  access: { kind: 'policy', authorization: authorization('delete', 'delete', '{projectId}') },
  rateClass: 'quickstart',
  params: itemParams,
  success: { status: 200, shape: 'resource', message: 'Project deleted', body: object({ id: id('prj') }) },
  faults: ['not-found'],
  event: 'project.deleted',
  changes: true,
});

/** Every operation of the projects service, by operationId. */
export const projectsOperations = {
  createProject,
  listProjects,
  getProject,
  updateProject,
  deleteProject,
} as const;
