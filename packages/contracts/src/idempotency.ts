import type { FaultName } from '@pcft/errors';
import Type, { type TObject } from 'typebox';

/** draft-ietf-httpapi-idempotency-key-header, by the name under which Node knows it. */
export const idempotencyKeyHeader = 'idempotency-key';

/** Said of an answer that was kept from an earlier call with the same key. */
export const replayedHeader = 'idempotent-replayed';

/** What an `Idempotency-Key` can come to beside the operation's own faults. */
export const idempotencyFaults: readonly FaultName[] = [
  'idempotency-key-in-use',
  'idempotency-answer-lost',
  'idempotency-key-reused',
];

/** Events that say that something came into being: to make it twice is a mistake of the network, not a wish. */
const creatingEvent = /\.(created|rotated|minted|issued|invited|generated)$/;

/** What of a declaration says it. */
interface Creating {
  readonly method: string;
  readonly access: { readonly kind: string };
  readonly event: string | null;
  readonly success: { readonly status: number };
}

/**
 * Whether a declaration creates something in the name of a caller. Public operations have no caller whose keys they
 * could be; what a `handler` operation decides is decided in its handler, which a repeated answer would not reach.
 */
export function createsSomething({ method, access, event, success }: Creating): boolean {
  const known = access.kind === 'policy' || access.kind === 'credential';
  return method === 'POST' && known && (success.status === 201 || creatingEvent.test(event ?? ''));
}

/** The headers an operation reads, with the key added. */
export function withIdempotencyKey(headers: TObject): TObject {
  const key = Type.Optional(
    Type.String({
      pattern: '^[!-~]{1,255}$',
      description:
        'Makes it safe to send the call again: for 24 hours the same key of the same credential has one effect and ' +
        'one answer. 1 to 255 visible ASCII characters, best a random UUID.',
    }),
  );
  return Type.Object({ ...headers.properties, [idempotencyKeyHeader]: key }, { additionalProperties: false });
}
