import { mkdirSync } from 'node:fs';
import type { SupervisedProcess } from '../processes/supervised-process.ts';
import type { Secrets } from '../stack/secrets.ts';
import { dockerNats, dockerPostgres, dockerRedis, isDockerRunning } from './docker.ts';
import type { Engine, EngineContext, EngineName } from './engine.ts';
import { createInbox } from './inbox.ts';
import { createNats, findNats } from './nats.ts';
import { findPostgres } from './postgres-binaries.ts';
import { postgresFolder } from './postgres-folder.ts';
import { createPostgres } from './postgres.ts';
import { createRedis, findRedis } from './redis.ts';

const advice: Record<EngineName, string> = {
  postgres: 'PostgreSQL: install postgresql 15 or newer, or set DATABASE_URL_PLATFORM and the others',
  redis: 'Redis: install redis-server 7 or newer, or set REDIS_URL',
  nats: 'NATS: install nats-server 2.10 or newer, or set NATS_URL',
  inbox: 'a mail server: set SMTP_URL',
};

/**
 * Finds or fetches the engines a suite has to run itself, and starts them side by side.
 * @param running every engine is added to it before it starts
 * @throws one sentence on what to install when an engine can be had in no way
 */
export async function startLocalEngines(
  context: EngineContext,
  secrets: Secrets,
  wanted: EngineName[],
  running: SupervisedProcess[],
): Promise<Engine[]> {
  mkdirSync(context.cacheDir, { recursive: true });
  const makers = { postgres: makePostgres, redis: makeRedis, nats: makeNats, inbox: createInbox };
  const results = await Promise.allSettled(
    wanted.map(async (name) => {
      const engine = await makers[name](context, secrets);
      if (engine === null) throw new MissingEngine(advice[name]);
      context.signal?.throwIfAborted();
      running.push(engine);
      await engine.start();
      context.log(`${name} answers on port ${engine.port}`);
      return engine;
    }),
  );
  const faults = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const missing = faults.filter((fault) => fault instanceof MissingEngine);
  const other = faults.find((fault) => !(fault instanceof MissingEngine));
  if (other !== undefined)
    throw new Error(other instanceof Error ? other.message : 'an engine failed', { cause: other });
  if (missing.length > 0) {
    throw new Error(`This machine lacks ${missing.map((fault) => fault.message).join('; ')}.`);
  }
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

class MissingEngine extends Error {}

async function makePostgres(context: EngineContext, secrets: Secrets): Promise<Engine | null> {
  const password = secrets.databasePasswords['postgres'] ?? '';
  const folder = postgresFolder(context.dataDir);
  const binaries = await findPostgres(folder.user, folder.major);
  if (binaries !== null) {
    if (folder.major === null) context.log('postgres: making a new cluster');
    return createPostgres(context, binaries, folder, password);
  }
  if (folder.major !== null) {
    throw new Error(
      `${folder.path} was made by PostgreSQL ${folder.major}, which this machine does not have: install it`,
    );
  }
  return (await isDockerRunning()) ? dockerPostgres(context, password) : null;
}

async function makeRedis(context: EngineContext, secrets: Secrets): Promise<Engine | null> {
  const binary = await findRedis(context.cacheDir);
  if (binary !== null) return createRedis(context, binary, secrets.redisPassword);
  return (await isDockerRunning()) ? dockerRedis(context, secrets.redisPassword) : null;
}

async function makeNats(context: EngineContext, secrets: Secrets): Promise<Engine | null> {
  const binary = await findNats(context.cacheDir);
  if (binary !== null) return createNats(context, binary, secrets.natsPassword);
  return (await isDockerRunning()) ? dockerNats(context, secrets.natsPassword) : null;
}
