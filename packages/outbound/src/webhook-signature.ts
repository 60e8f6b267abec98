import { createHmac, randomBytes } from 'node:crypto';

/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
export const webhookSecretPrefix = 'whsec_';

export function createWebhookSecret(): string {
  return webhookSecretPrefix + randomBytes(32).toString('base64');
}

export interface WebhookMessage {
  /** The same at every try, so that a receiver knows a repetition. */
  readonly id: string;
  /** Of this try. */
  readonly at: Date;
  readonly body: string;
}

/**
 * The headers of Standard Webhooks 1.0. With several secrets each signs, for receivers that have not changed over yet.
 *
 * @param secrets `whsec_…`, the newest first
 */
export function webhookHeaders(
  { id, at, body }: WebhookMessage,
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(webhookSecretPrefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'ProductCraft-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
