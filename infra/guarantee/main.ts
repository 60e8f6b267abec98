/** `npm run guarantee -- <n> [options]`: measures one promise of the design on a suite of its own. */
import { proveFaults } from '../faults/prove-faults.ts';
import { proveTampering } from './audit-tampering.ts';
import { proveForeignLooksAbsent } from './foreign-and-absent.ts';
import { proveIdempotency } from './idempotency.ts';
import { proveLimits } from './limits.ts';
import { proveOneTimeObjects } from './one-time-objects.ts';
import { proveOutboundTargets } from './outbound-targets.ts';
import { provePasswordGuessing } from './password-guessing.ts';
import { provePolicyReadings } from './policy-readings.ts';
import { proveRevocation } from './revocation.ts';
import { proveRoleMatrix } from './role-matrix.ts';
import { proveSecretsAtRest } from './secrets-at-rest.ts';
import { proveSignInLoad } from './sign-in-load.ts';
import { proveSigningKeys } from './signing-keys.ts';

/** By the number under which the design lists it. */
const guarantees: Readonly<
  Record<string, { readonly title: string; readonly run: (args: string[]) => Promise<boolean> }>
> = {
  1: { title: 'No acknowledged call is lost from the log', run: (args) => proveFaults(args, 1) },
  2: { title: 'No phantom in the log, and no duplicate', run: (args) => proveFaults(args, 2) },
  3: { title: 'An outbox that cannot be written: refused, no effect', run: (args) => proveFaults(args, 3) },
  4: { title: 'Rows are visible soon, also after an outage of NATS', run: (args) => proveFaults(args, 4) },
  5: { title: 'Whatever is done to rows under a checkpoint is found and named', run: proveTampering },
  6: { title: 'Revoked: no call accepted that is sent after the call returned', run: proveRevocation },
  7: { title: 'The policy engine equals an independent reading of the rules', run: provePolicyReadings },
  8: { title: 'No leak: what is foreign looks exactly like what is absent', run: proveForeignLooksAbsent },
  9: { title: 'Forged tokens are refused, and no valid one while keys rotate', run: proveSigningKeys },
  10: { title: 'What is good once is good for exactly one of 50 parallel tries', run: proveOneTimeObjects },
  11: { title: 'Passwords are exact, addresses stay unknown, guessing is slow', run: provePasswordGuessing },
  12: { title: 'No secret is found at rest', run: proveSecretsAtRest },
  14: { title: 'Limits are exact across processes, and told in every answer', run: proveLimits },
  16: { title: '200 sign-ins at once leave authorize as quick as it was', run: proveSignInLoad },
  17: { title: 'Anything frozen: answers within 2 s, well 5 s later', run: (args) => proveFaults(args, 17) },
  18: {
    title: 'Rolling restart of everything under load: 0 calls fail',
    run: (args) => proveFaults(args, 18),
  },
  19: { title: 'Connections exhausted: 503 with Retry-After', run: (args) => proveFaults(args, 19) },
  20: { title: 'One Idempotency-Key, one effect', run: proveIdempotency },
  21: { title: 'Webhooks reach nothing private, and follow nothing', run: proveOutboundTargets },
  matrix: { title: 'Every operation answers every role as it is declared', run: proveRoleMatrix },
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
