/** The services behind the gateway. A new backend begins with its name here. */
export const serviceNames = ['platform', 'heimdall-admin', 'tokens', 'audit', 'projects'] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * What a workspace can switch on and off, by the first segment of the URN or action it owns.
 * heimdall-admin and tokens are one product to a workspace.
 */
export const workspaceServices = ['platform', 'heimdall', 'audit', 'projects'] as const;
export type WorkspaceService = (typeof workspaceServices)[number];

export const workspaceServiceOf: Record<ServiceName, WorkspaceService> = {
  platform: 'platform',
  'heimdall-admin': 'heimdall',
  tokens: 'heimdall',
  audit: 'audit',
  projects: 'projects',
};
