import type { Dialect } from '@pcft/errors';

const text = { type: 'string', minLength: 1 };
const details = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    required: ['field', 'reason'],
    properties: { field: text, reason: text },
    additionalProperties: false,
  },
};

function closed(properties: Record<string, unknown>, optional: readonly string[] = []) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  };
}

/**
 * Error bodies as the design's table of surfaces prints them. Written out here a second time on purpose: what the
 * contracts derive is what is being tested.
 */
export const faultEnvelopes: Record<Dialect, object> = {
  platform: closed({ error: closed({ code: text, message: text, details, request_id: text }, ['details']) }),
  quickstart: closed({
    success: { const: false },
    status: { type: 'integer' },
    code: text,
    message: text,
    meta: closed({ errors: details, requestId: text }, ['errors']),
  }),
  craft: closed({
    success: { const: false },
    error: closed({ code: text, message: text, details, requestId: text }, ['details']),
  }),
  oauth: closed({ error: text, error_description: text }, ['error_description']),
};

/** An error body, whatever its dialect. */
export interface ReadFault {
  readonly code: string;
  readonly message: string;
  readonly details: readonly { readonly field: string; readonly reason: string }[];
  /** `null` in the oauth dialect, which has no place for it. */
  readonly requestId: string | null;
}

/** RFC 6749 has no place for details: they stand in the sentence, `field: reason`, with semicolons between. */
function detailsIn(sentence: string): ReadFault['details'] {
  return sentence.split(/; (?=[\w.[\]-]+: )/).flatMap((part) => {
    const [, field, reason] = /^([\w.[\]-]+): (.+)$/s.exec(part) ?? [];
    return field !== undefined && reason !== undefined ? [{ field, reason }] : [];
  });
}

/** Reads a body that has passed `faultEnvelopes[dialect]`. */
export function readFault(dialect: Dialect, body: unknown): ReadFault {
  const fault = body as Record<string, unknown>;
  if (dialect === 'oauth') {
    return {
      code: fault['error'] as string,
      message: (fault['error_description'] as string | undefined) ?? '',
      details: detailsIn((fault['error_description'] as string | undefined) ?? ''),
      requestId: null,
    };
  }
  const coded = (dialect === 'quickstart' ? fault : fault['error']) as Record<string, unknown>;
  const meta = (dialect === 'quickstart' ? fault['meta'] : coded) as Record<string, unknown>;
  return {
    code: coded['code'] as string,
    message: coded['message'] as string,
    details: (meta[dialect === 'quickstart' ? 'errors' : 'details'] ?? []) as ReadFault['details'],
    requestId: (meta[dialect === 'platform' ? 'request_id' : 'requestId'] ?? null) as string | null,
  };
}
