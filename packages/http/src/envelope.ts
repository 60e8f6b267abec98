import type { Operation } from '@pcft/contracts';
import type { Page } from './call.ts';

/** The window of a list. */
export interface Window {
  readonly limit: number;
  readonly offset: number;
}

/** Puts a handler's reply into the envelope of the operation's dialect. `undefined`: no body. */
export function envelop({ success, dialect }: Operation, reply: unknown, window: Window): unknown {
  if (success.shape === 'stream') return reply;
  if (success.body === null) return undefined;
  if (success.shape === 'raw') return reply;
  const page = success.shape === 'page' ? (reply as Page<unknown>) : null;
  const data = page ? page.items : reply;
  switch (dialect) {
    case 'platform':
    case 'oauth':
      return page ? { data, pagination: pagination(page, window, success.cursor === true) } : data;
    case 'craft':
      return {
        success: true,
        data,
        ...(page && { pagination: { ...counts(page, window), hasMore: hasMore(page, window) } }),
      };
    case 'quickstart':
      return {
        success: true,
        status: success.status,
        code: 'OK',
        message: success.message ?? 'OK',
        data,
        ...(page && { meta: { pagination: { ...counts(page, window), hasMore: hasMore(page, window) } } }),
      };
  }
}

function pagination(page: Page<unknown>, window: Window, cursor: boolean) {
  const { nextCursor = null, isTotalExceeded = false } = page;
  if (!cursor) return { ...counts(page, window), has_more: hasMore(page, window) };
  return {
    ...counts(page, window),
    has_more: nextCursor !== null,
    total_exceeded: isTotalExceeded,
    next_cursor: nextCursor,
  };
}

function counts({ total }: Page<unknown>, { limit, offset }: Window) {
  return { total, limit, offset };
}

function hasMore({ total, items }: Page<unknown>, { offset }: Window): boolean {
  return offset + items.length < total;
}
