import { setTimeout as sleep } from 'node:timers/promises';
import { sendRequest } from './send-request.ts';
import type { StackFile } from './stack-file.ts';

/** A mail as the inbox got it over SMTP. */
export interface ReceivedMail {
  readonly id: string;
  /** Recipients of the envelope. */
  readonly to: readonly string[];
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** By lower-case name; the last one where a name is repeated. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface MailFilter {
  readonly to: string;
  /** Part of the subject, in any case. */
  readonly subject?: string;
}

/** The inbox of the run: what the suite has really sent. */
export interface Inbox {
  /** What has arrived, newest first. */
  list(filter: MailFilter): Promise<ReceivedMail[]>;
  /**
   * The newest of them, as soon as there are `count` (default 1). Throws after `timeoutMs` (default 10 s), naming the
   * subjects that did come.
   */
  waitFor(
    filter: MailFilter & { readonly count?: number; readonly timeoutMs?: number },
  ): Promise<ReceivedMail>;
}

export function connectInbox({ inboxUrl }: Pick<StackFile, 'inboxUrl'>): Inbox {
  const get = async (path: string) => {
    const { status, text } = await sendRequest({ origin: inboxUrl, method: 'GET', path });
    if (status !== 200) throw new Error(`the inbox answers ${String(status)} ${text}`);
    return JSON.parse(text) as unknown;
  };
  const summaries = async ({ to, subject = '' }: MailFilter) => {
    const query = new URLSearchParams({ to, subject });
    return ((await get(`/api/messages?${query.toString()}`)) as { data: { id: string; subject: string }[] })
      .data;
  };
  const read = async (id: string) => (await get(`/api/messages/${id}`)) as ReceivedMail;
  return {
    list: async (filter) => Promise.all((await summaries(filter)).map(({ id }) => read(id))),
    async waitFor({ count = 1, timeoutMs = 10_000, ...filter }) {
      const end = performance.now() + timeoutMs;
      for (;;) {
        const found = await summaries(filter);
        if (found[0] && found.length >= count) return read(found[0].id);
        if (performance.now() > end) {
          const subjects = (await summaries({ to: filter.to })).map(({ subject }) => subject);
          throw new Error(`no such mail to ${filter.to}; there are ${JSON.stringify(subjects)}`);
        }
        await sleep(25);
      }
    },
  };
}

/** The first address in the text of a mail. */
export function linkIn({ text }: Pick<ReceivedMail, 'text'>): URL {
  const [address] = /https?:\/\/\S+/.exec(text) ?? [];
  if (address === undefined) throw new Error('there is no link in the mail');
  return new URL(address);
}

/** The one-time token of a mail: in the fragment of its link, so that no server's log ever has it. */
export function tokenIn(mail: Pick<ReceivedMail, 'text'>): string {
  const token = new URLSearchParams(linkIn(mail).hash.slice(1)).get('token');
  if (token === null) throw new Error('the link has no token in its fragment');
  return token;
}
