import { request } from 'node:http';
import { sessionCookieName, type Suite } from '@pcft/testing';

export interface StreamedEvent {
  readonly id: string | null;
  readonly event: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read into rows
  readonly data: any;
}

/** A listener as a browser's EventSource is one, with what it was sent. */
export interface EventStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly events: readonly StreamedEvent[];
  /** The id a browser would resume with. */
  lastId(): string;
  /** The first event that fits, also one that came already. */
  next(fits: (event: StreamedEvent) => boolean, withinMs?: number): Promise<StreamedEvent>;
  /** True when the answer came to its proper end. */
  readonly ended: Promise<boolean>;
  close(): void;
}

export interface TailInput {
  readonly auth: string;
  readonly ws: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly lastEventId?: string;
  readonly origin?: string;
}

/** Opens a live tail; resolves when the head of the answer is there. */
export function openTail(suite: Suite, input: TailInput): Promise<EventStream> {
  const { auth, ws, query = {}, lastEventId, origin = suite.serviceUrl('audit') } = input;
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const url = new URL(`/v1/workspaces/${ws}/audit-logs/tail?${search.toString()}`, origin);
  const headers = {
    accept: 'text/event-stream',
    ...(auth.startsWith('pcft_sess_')
      ? { cookie: `${sessionCookieName}=${auth}` }
      : { authorization: `Bearer ${auth}` }),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent: false }, (incoming) => {
      const events: StreamedEvent[] = [];
      const waiting = new Set<() => void>();
      const state = { lastId: '', rest: '' };
      incoming.setEncoding('utf8').on('data', (text: string) => {
        const blocks = (state.rest + text).split('\n\n');
        state.rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const fields = block
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
          const field = (name: string) => fields.find(([found]) => found === name)?.[1] ?? null;
          state.lastId = field('id') ?? state.lastId;
          const data = field('data');
          if (data !== null)
            events.push({
              id: field('id'),
              event: field('event') ?? 'message',
              data: JSON.parse(data) as unknown,
            });
        }
        for (const look of waiting) look();
      });
      const ended = new Promise<boolean>((done) => {
        incoming.once('close', () => done(incoming.complete));
        incoming.on('error', () => undefined);
      });
      resolve({
        ...{ status: incoming.statusCode ?? 0, headers: incoming.headers, events, ended },
        lastId: () => state.lastId,
        next: (fits, withinMs = 4_000) =>
          new Promise((found, failed) => {
            const late = setTimeout(() => {
              waiting.delete(look);
              failed(new Error(`no such event within ${withinMs} ms; ${events.length} came`));
            }, withinMs);
            const look = () => {
              const event = events.find(fits);
              if (!event) return;
              clearTimeout(late);
              waiting.delete(look);
              found(event);
            };
            waiting.add(look);
            look();
          }),
        close: () => void outgoing.destroy(),
      });
    });
    outgoing.once('error', reject).end();
  });
}

export const isEnd = ({ event }: StreamedEvent): boolean => event === 'end';
