import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './process-identity.ts';
import type { ProcessLedger, Tier } from './process-ledger.ts';

export interface ChildOptions {
  name: string;
  tier: Tier;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Its stdout and stderr are appended here. */
  logFile: string;
  ledger: ProcessLedger;
  stopSignal?: NodeJS.Signals;
  /** After this a stop becomes a kill. */
  stopTimeoutMs?: number;
  uid?: number;
  gid?: number;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** True when we asked for it. */
  expected: boolean;
}

/**
 * A child in its own session, so that Ctrl-C in the terminal reaches only the supervisor and everything drains in
 * order. Its output goes straight to a file: it neither blocks nor dies with us.
 */
export class Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ChildExit>;
  readonly #process: ChildProcess;
  readonly #options: ChildOptions;
  #expected = false;
  #running = true;

  private constructor(options: ChildOptions, child: ChildProcess, pid: number) {
    this.name = options.name;
    this.pid = pid;
    this.logFile = options.logFile;
    this.#process = child;
    this.#options = options;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#running = false;
        options.ledger.remove(pid);
        resolve({ code, signal, expected: this.#expected });
      });
    });
  }

  /** @throws when the command cannot be run at all */
  static async start(options: ChildOptions): Promise<Child> {
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = openSync(options.logFile, 'a', 0o600);
    try {
      const child = spawn(options.command, options.args, {
        cwd: options.cwd,
        env: options.env,
        stdio: ['ignore', log, log],
        detached: true,
        ...(options.uid === undefined ? {} : { uid: options.uid }),
        ...(options.gid === undefined ? {} : { gid: options.gid }),
      });
      const { pid } = child;
      if (pid === undefined) throw await new Promise<Error>((resolve) => child.once('error', resolve));
      options.ledger.add({
        name: options.name,
        tier: options.tier,
        pid,
        identity: processIdentity(pid) ?? 'gone',
        stopSignal: options.stopSignal ?? 'SIGTERM',
      });
      return new Child(options, child, pid);
    } finally {
      closeSync(log);
    }
  }

  get running(): boolean {
    return this.#running;
  }

  /** Asks it to drain, and kills it after the timeout. Resolves when it is gone. */
  async stop(): Promise<ChildExit> {
    this.#expected = true;
    this.signal(this.#options.stopSignal ?? 'SIGTERM');
    const timeout = new AbortController();
    const killed = delay(this.#options.stopTimeoutMs ?? 5_000, undefined, { signal: timeout.signal }).then(
      () => this.signal('SIGKILL'),
      () => undefined, // it went by itself
    );
    const exit = await this.exited;
    timeout.abort();
    await killed;
    return exit;
  }

  async kill(): Promise<ChildExit> {
    this.#expected = true;
    this.signal('SIGKILL');
    return this.exited;
  }

  /** Sends a signal without taking note of it: an exit that follows counts as unexpected. */
  signal(name: NodeJS.Signals): void {
    if (this.#running) this.#process.kill(name);
  }
}
