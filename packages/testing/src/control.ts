import { sendRequest } from './send-request.ts';
import type { StackFile } from './stack-file.ts';

/** A process of the stack: a service, the gateway, an engine, or an extra instance. */
export type ProcessName = string;

export interface ProcessState {
  readonly name: ProcessName;
  readonly pid: number;
  readonly state: 'running' | 'stopped';
  /** How often it died without having been asked to. */
  readonly deaths: number;
}

/** Freezes, kills and multiplies the stack's processes, through infra's loopback endpoint. */
export interface Control {
  processes(): Promise<readonly ProcessState[]>;
  /** Freezes it as a stopped machine would (SIGSTOP). */
  pause(name: ProcessName): Promise<void>;
  resume(name: ProcessName): Promise<void>;
  /** Drains it (SIGTERM) and waits until it is gone. An extra instance is gone for good. */
  stop(name: ProcessName): Promise<void>;
  /** SIGKILL. */
  kill(name: ProcessName): Promise<void>;
  /** Starts it again, on its port and with its environment, and waits until it is ready. */
  start(name: ProcessName): Promise<void>;
  restart(name: ProcessName): Promise<void>;
  /** One more process of a service or of the gateway, on a free port, with `env` on top of its environment. */
  startInstance(
    process: ProcessName,
    env?: Readonly<Record<string, string>>,
  ): Promise<{ name: string; url: string }>;
  /** Runs `body` while the process is frozen, and wakes it whatever happens. */
  whilePaused<T>(name: ProcessName, body: () => Promise<T>): Promise<T>;
}

/** Starting an engine and migrating may take a while; everything else answers in milliseconds. */
const timeoutMs = 60_000;

/**
 * Tests that run beside others (`besideOthers` in jest.config.mjs) may stop the instances they started, and nothing that
 * the others use: those belong into a `faults` folder.
 */
function assertMayDisturb(name: ProcessName): void {
  const { besideOthers } = globalThis as { besideOthers?: boolean };
  if (besideOthers === true && !/-\d+$/.test(name))
    throw new Error(
      `${name} serves the tests beside this one too: what disturbs it belongs into a faults folder`,
    );
}

export function connectControl({ control }: StackFile): Control {
  async function command(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await sendRequest({
      origin: control.url,
      method,
      path,
      timeoutMs,
      headers: { authorization: `Bearer ${control.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (answer.status >= 300)
      throw new Error(`control ${method} ${path}: ${String(answer.status)} ${answer.text}`);
    return answer.text === '' ? undefined : JSON.parse(answer.text);
  }
  const act = (verb: string) => async (name: ProcessName) => {
    assertMayDisturb(name);
    await command('POST', `/processes/${name}/${verb}`);
  };
  const pause = act('pause');
  const resume = act('resume');
  return {
    processes: async () => (await command('GET', '/processes')) as ProcessState[],
    pause,
    resume,
    stop: act('stop'),
    kill: act('kill'),
    start: act('start'),
    restart: act('restart'),
    startInstance: async (process, env = {}) =>
      (await command('POST', '/instances', { process, env })) as { name: string; url: string },
    async whilePaused(name, body) {
      await pause(name);
      try {
        return await body();
      } finally {
        await resume(name);
      }
    },
  };
}
