import type { Introspector } from '@pcft/auth';
import type { auditOperations } from '@pcft/contracts';
import { Fault, invalid } from '@pcft/errors';
import type { Call, Handlers } from '@pcft/http';
import type { RowHints } from '../live/row-hints.ts';
import type { RowsInOrder } from '../live/rows-in-order.ts';
import { stillAllowed } from './still-allowed.ts';
import type { TailPlaces } from './tail-places.ts';
import { TailStream } from './tail-stream.ts';

type Operations = Pick<typeof auditOperations, 'tailWorkspaceAuditLog'>;

export interface TailDeps {
  readonly inOrder: RowsInOrder;
  readonly hints: RowHints;
  readonly tails: TailPlaces;
  readonly introspector: Introspector;
}

export function tailHandlers({ inOrder, hints, tails, introspector }: TailDeps): Handlers<Operations> {
  return {
    async tailWorkspaceAuditLog(call: Call<Operations['tailWorkspaceAuditLog']>) {
      const { access, query, headers } = call;
      if (!access) throw new Fault('not-found');
      const { after_seq: afterSeq, seconds = 3_600, ...filter } = query;
      const head = await inOrder.lastSeq(access.id);
      const after = position(headers['last-event-id'], afterSeq) ?? head;
      if (after > head)
        throw invalid(headers['last-event-id'] ? 'last-event-id' : 'after_seq', 'is no row yet');
      const standing = stillAllowed(introspector, call);
      let close = (): void => undefined;
      const onEnd = () => close();
      const stream = new TailStream({
        ...{ log: access.id, after, filter, seconds, rows: inOrder, standing, onEnd },
      });
      const giveBack = tails.take(access.id, () => stream.end('shutdown'));
      const unwatch = hints.watch(access.id, () => stream.hint());
      close = () => {
        unwatch();
        giveBack();
      };
      call.header('Content-Type', 'text/event-stream; charset=utf-8');
      call.header('Cache-Control', 'no-cache, no-store, no-transform');
      // For proxies in front that collect answers before they pass them on.
      call.header('X-Accel-Buffering', 'no');
      return stream;
    },
  };
}

function position(lastEventId: string | undefined, afterSeq: number | undefined): bigint | null {
  if (lastEventId !== undefined) return BigInt(lastEventId);
  return afterSeq === undefined ? null : BigInt(afterSeq);
}
