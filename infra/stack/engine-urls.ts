import { environmentName, type ServiceDefinition } from './services.ts';
import type { Secrets } from './secrets.ts';
import { natsUser } from '../engines/nats.ts';
import type { Engine, EngineName } from '../engines/engine.ts';

/** Addresses of everything that holds data. Passwords are in them: never log one. */
export interface EngineUrls {
  /** Runtime role, by database name. */
  database: Record<string, string>;
  /** Owner role, by database name. */
  ownerDatabase: Record<string, string>;
  redis: string;
  nats: string;
  smtp: string;
  /** Where the local inbox is read; `null` when mail goes to a server of the environment. */
  inbox: string | null;
}

/** Engines that the environment names no address for, so that the suite has to run them. */
export function enginesToRun(env: NodeJS.ProcessEnv, services: readonly ServiceDefinition[]): EngineName[] {
  const postgres = services.some((service) => env[databaseVariable(service)] === undefined);
  return [
    ...(postgres ? (['postgres'] as const) : []),
    ...(env['REDIS_URL'] === undefined ? (['redis'] as const) : []),
    ...(env['NATS_URL'] === undefined ? (['nats'] as const) : []),
    ...(env['SMTP_URL'] === undefined ? (['inbox'] as const) : []),
  ];
}

/** Services whose database lies in the suite's own PostgreSQL. */
export function ownDatabases(
  env: NodeJS.ProcessEnv,
  services: readonly ServiceDefinition[],
): ServiceDefinition[] {
  return services.filter((service) => env[databaseVariable(service)] === undefined);
}

/** Addresses from the environment where given, else of the suite's own engines. */
export function engineUrls(
  env: NodeJS.ProcessEnv,
  services: readonly ServiceDefinition[],
  engines: readonly Engine[],
  secrets: Secrets,
): EngineUrls {
  const port = (name: EngineName) => engines.find((engine) => engine.name === name)?.port ?? 0;
  const local = (role: string, database: string) =>
    `postgresql://${role}:${secrets.databasePasswords[role] ?? ''}@127.0.0.1:${port('postgres')}/${database}`;
  const database: Record<string, string> = {};
  const ownerDatabase: Record<string, string> = {};
  for (const service of services) {
    const given = env[databaseVariable(service)];
    database[service.database] = given ?? local(service.database, service.database);
    ownerDatabase[service.database] =
      given === undefined
        ? local(`${service.database}_owner`, service.database)
        : (env[`${databaseVariable(service)}_OWNER`] ?? given);
  }
  const inbox = engines.find((engine) => engine.name === 'inbox');
  return {
    database,
    ownerDatabase,
    redis: env['REDIS_URL'] ?? `redis://:${secrets.redisPassword}@127.0.0.1:${port('redis')}`,
    nats: env['NATS_URL'] ?? `nats://${natsUser}:${secrets.natsPassword}@127.0.0.1:${port('nats')}`,
    smtp: env['SMTP_URL'] ?? `smtp://127.0.0.1:${inbox?.smtpPort ?? 0}`,
    inbox: inbox === undefined ? null : `http://localhost:${inbox.port}`,
  };
}

/** Databases only, each named by the environment. @throws naming every variable that is missing */
export function databasesFromEnvironment(
  env: NodeJS.ProcessEnv,
  services: readonly ServiceDefinition[],
): Pick<EngineUrls, 'database' | 'ownerDatabase'> {
  const read = (name: string): string => env[name] ?? '';
  const names = services.map(databaseVariable);
  const missing = names.flatMap((name) => [name, `${name}_OWNER`]).filter((name) => read(name) === '');
  if (missing.length > 0) throw new Error(`missing in the environment: ${missing.join(', ')}`);
  return {
    database: Object.fromEntries(
      services.map((service) => [service.database, read(databaseVariable(service))]),
    ),
    ownerDatabase: Object.fromEntries(
      services.map((service) => [service.database, read(`${databaseVariable(service)}_OWNER`)]),
    ),
  };
}

/** The superuser's address of the suite's own PostgreSQL. */
export function superuserUrl(engines: readonly Engine[], secrets: Secrets): string {
  const port = engines.find((engine) => engine.name === 'postgres')?.port ?? 0;
  return `postgresql://postgres:${secrets.databasePasswords['postgres'] ?? ''}@127.0.0.1:${port}/postgres`;
}

function databaseVariable(service: ServiceDefinition): string {
  return `DATABASE_URL_${environmentName(service.name)}`;
}
