/** A suite of fixture services in a process of its own, so that stack.test.ts can kill it. Argument: data directory. */
import { fixtureServices } from './fixture-services.ts';
import { startStack } from './stack.ts';

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error('usage: fixture-supervisor.ts <data directory>');
const stack = await startStack({ dataDir, ...fixtureServices });
process.on('SIGTERM', () => void stack.stop());
console.log('ready');
