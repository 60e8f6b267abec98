/** `npm run test:faults [-- options]`: every fault, one table; see prove-faults.ts for the options. */
import { proveFaults } from './prove-faults.ts';

const held = await proveFaults(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
console.log(held ? 'held' : 'BROKEN');
process.exit(held ? 0 : 1);
