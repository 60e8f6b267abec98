import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { connectSuite, readStackFile } from '@pcft/testing';

/**
 * What a thread that signs in is given. It posts that it is ready, waits for a word, and posts the statuses of its sign-ins,
 * all of them at once.
 */
export interface SignInBurst {
  readonly stackFile: string;
  readonly appId: string;
  readonly email: string;
  readonly password: string;
  readonly count: number;
}

const { stackFile, appId, email, password, count } = workerData as SignInBurst;
const suite = await connectSuite(readStackFile(stackFile));
const body = { grant_type: 'password', email, password };
const signIn = async (): Promise<number> =>
  (await suite.call('issueToken', { params: { app: appId }, body, timeoutMs: 60_000 })).status;
parentPort?.postMessage('ready');
if (parentPort) await once(parentPort, 'message');
const statuses = await Promise.all(Array.from({ length: count }, signIn));
await suite.close();
parentPort?.postMessage(statuses);
