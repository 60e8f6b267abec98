import { Type } from '../schema.ts';

/** Seed 001: `resource:verb`, as roles, credentials and app API keys hold them. */
export const permission = () =>
  Type.String({
    maxLength: 130,
    pattern: '^(\\*|[a-z0-9][a-z0-9_.-]{0,62}):(\\*|[a-z0-9][a-z0-9_.-]{0,62})$',
    description: '`resource:verb`, either side may be `*`.',
  });

/** What one holder may do: each permission once. */
export const permissions = () => Type.Array(permission(), { maxItems: 200, uniqueItems: true });
