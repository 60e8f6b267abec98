import type { Suite, World } from '@pcft/testing';
import type { Stack } from '../stack/stack.ts';
import type { Databases } from './databases.ts';
import type { SteadyLoad } from './steady-load.ts';

export interface FaultSettings {
  /** How long a process is frozen, in seconds. */
  readonly freezeSeconds: number;
  /** How long NATS is away for guarantee 4, in seconds. */
  readonly outageSeconds: number;
}

/** What a fault may lay its hands on. */
export interface FaultContext {
  readonly stack: Stack;
  readonly suite: Suite;
  readonly world: World;
  readonly databases: Databases;
  readonly load: SteadyLoad;
  readonly settings: FaultSettings;
  /** Names of the processes that serve now: one of each, or two where the fault asks for it. */
  readonly serving: readonly string[];
  /** A figure of this fault alone, shown below its row. */
  readonly note: (text: string) => void;
  /** Something that must not be. */
  readonly broken: (text: string) => void;
}

/** Something that goes wrong while the load goes on. */
export interface Fault {
  /** As in `--only`. */
  readonly name: string;
  /** Guarantees that it measures, by their numbers. */
  readonly proves: readonly number[];
  /** With two processes of each service and two gateways; with one of each by default. */
  readonly doubled?: true;
  /** Every answer within two seconds, and well five seconds after; asked where the caller's own door is not what fails. */
  readonly answersInTime?: true;
  /** No call may fail. */
  readonly unnoticed?: true;
  /** Does it, and resolves when it is over: what was killed runs again, what was frozen is awake. */
  readonly inject: (context: FaultContext) => Promise<void>;
}
