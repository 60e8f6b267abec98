import { projectsOperations } from '@pcft/contracts';
import { createServiceApp, type ServiceAppOptions } from '@pcft/http';
import type { ProjectStore } from './projects/project-store.ts';
import { projectHandlers } from './projects/routes.ts';

export interface AppOptions {
  readonly projects: ProjectStore;
  readonly http: Omit<
    ServiceAppOptions<typeof projectsOperations>,
    'service' | 'operations' | 'handlers' | 'locators'
  >;
}

/** The service's HTTP side: every declared operation and its handler. */
export function createProjectsApp({ projects, http }: AppOptions): ReturnType<typeof createServiceApp> {
  return createServiceApp({
    ...http,
    service: 'projects',
    operations: projectsOperations,
    handlers: projectHandlers(projects),
  });
}
