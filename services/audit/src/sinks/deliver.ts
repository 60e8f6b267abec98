import type { Sealer } from '@pcft/credentials';
import { webhookHeaders, type Post } from '@pcft/outbound';
import { toWire } from '../audit-log/routes.ts';
import { DeliveryFailed, type Destination, type SinkMessage } from './delivery.ts';
import type { SinkFiles } from './sink-files.ts';
import type { SendSyslog } from './syslog.ts';

export interface DeliveryDeps {
  readonly post: Post;
  readonly sealer: Sealer;
  /** `null`: file sinks are not enabled here. */
  readonly files: SinkFiles | null;
  readonly syslog: SendSyslog;
}

export type Deliver = (to: Destination, message: SinkMessage) => Promise<void>;

/** One message to one sink. Rejects where it was not taken, as far as that can be known. */
export function createDeliver({ post, sealer, files, syslog }: DeliveryDeps): Deliver {
  return async (to, message) => {
    switch (to.kind) {
      case 'webhook': {
        const secrets = to.secrets.map((each) => sealer.open(to.id, each).toString());
        const body = webhookBody(to, message);
        const headers = webhookHeaders({ id: message.id, at: new Date(), body }, secrets);
        const { status, retryAfter } = await post(to.url ?? '', headers, body);
        if (status >= 200 && status < 300) return;
        const why = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
        throw new DeliveryFailed(`answered ${status}${why}`, {
          forGood: status === 410,
          retryAfterSeconds: retryAfter,
        });
      }
      case 'file':
        if (!files) throw new DeliveryFailed('files are not enabled here');
        return files.append(to.log, to.id, linesOf(message));
      case 'syslog':
        return syslog(to.url ?? '', to, message);
    }
  };
}

function webhookBody({ id, log }: Destination, { type, at, rows }: SinkMessage): string {
  const data = { workspace_id: log, sink_id: id, rows: rows.map(toWire) };
  return JSON.stringify({ type, timestamp: at.toISOString(), data });
}

function linesOf({ type, at, rows }: SinkMessage): string {
  if (type === 'audit.test') return `${JSON.stringify({ type, timestamp: at.toISOString() })}\n`;
  return rows.map((row) => `${JSON.stringify(toWire(row))}\n`).join('');
}
