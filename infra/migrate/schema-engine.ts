import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, type ErrorRegistry } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { readCatalogue } from './catalogue-adapter.ts';

/** The generated glue of wasm-bindgen: typed by its package, except for how it is wired to the module. */
interface EngineGlue {
  SchemaEngine: typeof SchemaEngine;
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

const require = createRequire(import.meta.url);
let glue: Promise<EngineGlue> | undefined;

/**
 * Prisma's schema engine, in process and without its binary (which its CLI would download).
 * @param schema schema.prisma as [path, text]; only `diff` against a database needs it
 */
export async function withSchemaEngine<Result>(
  url: string,
  schema: [string, string] | undefined,
  use: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  glue ??= loadGlue();
  const { SchemaEngine: Engine } = await glue;
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined); // the statement that meets the lost connection reports it
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(corrected(new PrismaPg(pool)));
    const options = { datamodels: schema === undefined ? undefined : [schema] };
    const engine = await Engine.new(options, () => undefined, adapter);
    try {
      return await use(engine);
    } catch (error) {
      throw explain(error, adapter.errorRegistry);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

async function loadGlue(): Promise<EngineGlue> {
  const entry = '@prisma/schema-engine-wasm/schema_engine_bg';
  const bindings = (await import(entry)) as EngineGlue;
  const wasm = await readFile(require.resolve(entry).replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, {
    './schema_engine_bg.js': withIdleTimers(bindings),
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as () => void)();
  return bindings;
}

/** The engine knows a database's fault only by a number; what the fault was stands in the adapter's registry. */
function explain(error: unknown, registry: ErrorRegistry): unknown {
  if (!(error instanceof Error)) return error;
  const id = /External error id#(\d+)/.exec(error.message)?.[1];
  const original = id === undefined ? undefined : registry.consumeError(Number(id))?.error;
  return original instanceof Error ? original : error;
}

/** It never clears the ten-second timer of its lock, which would hold up the end of the process for as long. */
function withIdleTimers(bindings: object): object {
  return Object.fromEntries(
    Object.entries(bindings).map(([name, value]: [string, unknown]) => {
      if (!name.startsWith('__wbg_setTimeout_')) return [name, value];
      const setTimer = value as (...args: unknown[]) => NodeJS.Timeout;
      return [name, (...args: unknown[]) => setTimer(...args).unref()];
    }),
  );
}

/** Every connection the engine makes goes through the corrected adapter. */
function corrected(factory: PrismaPg): PrismaPg {
  for (const method of ['connect', 'connectToShadowDb'] as const) {
    const connect = factory[method].bind(factory);
    factory[method] = async () => readCatalogue(await connect());
  }
  return factory;
}
