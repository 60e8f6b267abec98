/** `npm run guarantee -- <n> [options]`: measures one promise of the design on a suite of its own. */
import { proveIdempotency } from './idempotency.ts';
import { proveRevocation } from './revocation.ts';

/** By the number under which the design lists it. */
const guarantees: Readonly<
  Record<string, { readonly title: string; readonly run: (args: string[]) => Promise<boolean> }>
> = {
  6: { title: 'Revoked: no call accepted that is sent after the call returned', run: proveRevocation },
  20: { title: 'One Idempotency-Key, one effect', run: proveIdempotency },
};

const [number = '', ...args] = process.argv.slice(2);
const guarantee = guarantees[number];
if (!guarantee) {
  console.error('usage: npm run guarantee -- <number> [options]');
  for (const [known, { title }] of Object.entries(guarantees)) console.error(`  ${known}  ${title}`);
  process.exit(2);
}
console.log(`guarantee ${number}: ${guarantee.title}`);
const held = await guarantee.run(args).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return false;
});
console.log(held ? 'held' : 'BROKEN');
process.exit(held ? 0 : 1);
