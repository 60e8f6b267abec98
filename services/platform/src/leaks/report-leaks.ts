import { parseToken, PAT_KINDS, tokenDigestHex, type TokenKind } from '@pcft/credentials';
import type { Outbox } from '@pcft/events';
import type { MailQueue } from '@pcft/mail';
import { createHash } from 'node:crypto';
import type { PrismaAccessTokenStore } from '../access-tokens/prisma-access-token-store.ts';
import type { ChangeCommitter } from '../invalidation/change-committer.ts';
import { leakEvent, type LeakReporter } from './leak-event.ts';
import { leakMail } from './leak-mail.ts';
import type { LeakedCredential, LeakPlace, PrismaLeakStore } from './prisma-leak-store.ts';

export interface LeakPorts {
  readonly leaks: PrismaLeakStore;
  readonly tokens: PrismaAccessTokenStore;
  readonly changes: ChangeCommitter;
  readonly mail: MailQueue;
  readonly outbox: Outbox;
  readonly tokenPepper: Buffer;
}

/** One match of an alert. */
export interface ReportedMatch extends LeakPlace {
  readonly token: string;
  readonly type: string;
}

/** What is said of a match. */
export interface Judged {
  readonly tokenHash: string;
  readonly type: string;
  readonly label: 'true_positive' | 'false_positive';
}

/** What this service issues, and so can tell of whether it ever did. */
const ownKinds: readonly TokenKind[] = [...PAT_KINDS, 'session'];

/** Each waits for the services to hear of it; a few at a time, so that a long alert does not take every connection. */
const atOnce = 4;

/**
 * Takes what was found in public out of use: tokens are revoked, or disabled where their workspace wants that; sessions
 * end. When this resolves, no service accepts any of them. A place that was reported before changes nothing, so that an
 * alert may come any number of times, and a token that its owner enabled again is not disabled by the same find.
 *
 * @returns what the finds were, without those that are another service's to judge
 */
export async function reportLeaks(
  ports: LeakPorts,
  matches: readonly ReportedMatch[],
  reporter: LeakReporter,
): Promise<Judged[]> {
  const own = matches.map((match) => {
    const parsed = parseToken(match.token);
    const isOwn = parsed !== null && ownKinds.includes(parsed.kind);
    return {
      ...match,
      foreign: parsed !== null && !isOwn,
      digest: isOwn ? digest(ports, match.token) : null,
    };
  });
  const digests = new Set(own.flatMap((match) => match.digest ?? []));
  const found = new Map((await ports.leaks.find([...digests])).map((leaked) => [leaked.digest, leaked]));
  const work = own.flatMap((match) => {
    const credential = match.digest === null ? undefined : found.get(match.digest);
    return credential && !credential.dead ? [{ credential, place: placeOf(match) }] : [];
  });
  for (let i = 0; i < work.length; i += atOnce) {
    const batch = work.slice(i, i + atOnce);
    await Promise.all(batch.map(({ credential, place }) => takeOut(ports, credential, place, reporter)));
  }
  return own
    .filter(({ foreign }) => !foreign)
    .map(({ token, type, digest: known }) => ({
      tokenHash: createHash('sha256').update(token).digest('hex'),
      type,
      label: known !== null && found.has(known) ? 'true_positive' : 'false_positive',
    }));
}

async function takeOut(
  { leaks, tokens, changes, mail, outbox }: LeakPorts,
  credential: LeakedCredential,
  place: LeakPlace,
  reporter: LeakReporter,
): Promise<void> {
  const { type, id, quarantines } = credential;
  const action = quarantines ? 'quarantine' : 'revoke';
  await changes.commit(async (transaction) => {
    if (await leaks.note(transaction, id, place, action)) {
      if (type === 'session') await leaks.endSession(transaction, id);
      else if (quarantines) await tokens.update(transaction, id, { name: null, disabled: true });
      else await tokens.revokeFamily(transaction, id);
      for (const to of await leaks.addressees(transaction, credential))
        await mail.queue(transaction, {
          to,
          kind: 'leaked-token',
          content: leakMail(credential, place, action),
        });
      await outbox.appendInTransaction(transaction, leakEvent(credential, place, action, reporter));
    }
    // Also when it was known: the call before may have been cut off after its commit.
    return { result: undefined, invalidates: [{ kind: 'credential', id }], narrows: true };
  });
}

function digest({ tokenPepper }: LeakPorts, token: string): string {
  return tokenDigestHex(tokenPepper, token);
}

/** No control characters: a place is shown to people, and PostgreSQL takes no NUL. */
function placeOf({ source, url }: LeakPlace): LeakPlace {
  const clean = (text: string) => text.replaceAll(/\p{Cc}/gu, ' ');
  return { source: clean(source), url: clean(url) };
}
