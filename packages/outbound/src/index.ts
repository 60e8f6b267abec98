/**
 * Requests to addresses that callers have named (webhooks): nothing private is reached, nothing is waited for long, and
 * receivers can tell who sent it. docs/audit-live.md.
 */
export { isPublicAddress } from './public-address.ts';
export {
  checkAddresses,
  checkUrl,
  publicTargets,
  TargetRefused,
  type TargetPolicy,
} from './target-policy.ts';
export { createResolve, type Resolve } from './resolver.ts';
export { createPost, OutboundFailed, type OutboundAnswer, type Post } from './post.ts';
export { createWebhookSecret, webhookHeaders, webhookSecretPrefix } from './webhook-signature.ts';
