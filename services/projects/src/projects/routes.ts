import type { projectsOperations as operations, SuccessOf } from '@pcft/contracts';
import { bareUlid, createId } from '@pcft/credentials';
import { Fault } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { Project, ProjectStore } from './project-store.ts';

type Operations = typeof operations;

export function projectHandlers(projects: ProjectStore): Handlers<Operations> {
  return {
    async createProject(call) {
      const { name } = call.body;
      const id = createId('prj_');
      const { workspaceId, accountId } = callerOf(call);
      return toWire(
        await projects.create({ id, workspaceId, name, createdBy: accountId }, (transaction) =>
          call.audit.commit(transaction, {
            target: { type: 'project', id },
            changes: { before: null, after: { name } },
          }),
        ),
      );
    },

    async listProjects(call) {
      const { limit = 20, offset = 0 } = call.query;
      const { items, total } = await projects.list(callerOf(call).workspaceId, { limit, offset });
      return { items: items.map(toWire), total };
    },

    async getProject(call) {
      const project = await projects.find(keyOf(call));
      if (!project) throw new Fault('not-found');
      return toWire(project);
    },

    async updateProject(call) {
      const { name } = call.body;
      const key = keyOf(call);
      const project = await projects.rename(key, name, (transaction, before) =>
        call.audit.commit(transaction, {
          target: { type: 'project', id: key.id },
          changes: { before: { name: before?.name ?? null }, after: { name } },
        }),
      );
      if (!project) throw new Fault('not-found');
      return toWire(project);
    },

    async deleteProject(call) {
      const key = keyOf(call);
      const deleted = await projects.delete(key, (transaction, before) =>
        call.audit.commit(transaction, {
          target: { type: 'project', id: key.id },
          changes: { before: { name: before?.name ?? null }, after: null },
        }),
      );
      if (!deleted) throw new Fault('not-found');
      return { id: key.id };
    },
  };
}

/** Who was let in, and where; the pipeline calls no handler without the two. */
function callerOf({ access, principal }: Pick<Call, 'access' | 'principal'>) {
  if (access === null || !principal?.accountId) throw new Fault('not-a-member');
  return { workspaceId: access.id, accountId: principal.accountId };
}

function keyOf(
  call: Pick<Call, 'access' | 'principal'> & { readonly params: { readonly projectId: string } },
) {
  return { id: call.params.projectId, workspaceId: callerOf(call).workspaceId };
}

function toWire({
  id,
  workspaceId,
  name,
  createdBy,
  createdAt,
  updatedAt,
}: Project): SuccessOf<Operations['getProject']> {
  return {
    id,
    organizationId: bareUlid(workspaceId),
    name,
    createdBy: bareUlid(createdBy),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
