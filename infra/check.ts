/** `npm run check`: formatting, lint, types, boundaries, contract and migration drift. */
import { checkTable, runChecks } from './checks/run-checks.ts';
import { generateClients } from './generate.ts';
import { services } from './stack/services.ts';
import { stopRequests } from './stop-requests.ts';

const signal = stopRequests();
await generateClients(services); // types and lint read the clients
const results = await runChecks(signal, console.log);
console.log(checkTable(results));
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
