import type { Authorization, WorkspaceSource } from '../operation.ts';

/** What an operation takes that shows rows of a workspace's log, or tells what is in it. */
export const readingTheLog = (
  workspace: WorkspaceSource,
): { kind: 'policy'; authorization: Authorization } => ({
  kind: 'policy',
  authorization: {
    action: 'workspace.audit.read',
    access: 'list',
    lowestRole: 'admin',
    scopes: [],
    resource: 'pcft:audit:workspace/{workspace}/event/*',
    workspace,
  },
});
