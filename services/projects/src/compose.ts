import { databaseReady } from '@pcft/database';
import type { Logger } from '@pcft/http';
import { createServiceFrame, type ServiceParts } from '@pcft/service';
import { PrismaClient } from '../generated/prisma/client.ts';
import { createProjectsApp } from './app.ts';
import type { Config } from './config.ts';
import { createPrismaProjectStore } from './projects/prisma-project-store.ts';

export const service = 'projects';

/** Everything the service is made of; `close` ends it in the order that loses nothing. */
export function compose(config: Config, logger: Logger): ServiceParts {
  const frame = createServiceFrame(service, config, logger);
  const database = new PrismaClient({ adapter: frame.adapter });
  const introspector = frame.createIntrospector(config);

  const app = createProjectsApp({
    projects: createPrismaProjectStore(database),
    http: {
      ...frame.http,
      introspector,
      readiness: { database: () => databaseReady(database) },
    },
  });

  return {
    app,
    start() {
      introspector.start();
      frame.start();
    },
    async close() {
      await introspector.stop();
      await frame.close(database);
    },
  };
}
