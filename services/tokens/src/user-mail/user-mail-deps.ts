import type { Limiter } from '@pcft/limits';
import type { MailQueue } from '@pcft/mail';
import type { ConsumerDeps } from '../consumer/consumer-deps.ts';
import type { MailTokenStore } from './mail-token-store.ts';

/** What it takes to send an end user a token. */
export interface SendingDeps {
  readonly mailTokens: MailTokenStore;
  readonly mail: MailQueue;
  readonly limiter: Pick<Limiter, 'consume'>;
  readonly tokenPepper: Buffer;
  /** The gateway's origin. */
  readonly publicUrl: string;
}

/** What everything that goes to end users by mail needs. */
export type UserMailDeps = ConsumerDeps & SendingDeps;
