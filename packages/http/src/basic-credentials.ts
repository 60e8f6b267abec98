/** A client as RFC 6749 section 2.3.1 lets it prove itself. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

const form = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;
const longest = 2_000;

/**
 * Reads HTTP Basic as RFC 6749 has it: id and secret are form-encoded before they are joined by a colon. `null`: the
 * header is not there or of another scheme; `malformed`: it says Basic and cannot be read.
 */
export function readBasicCredentials(header: string | undefined): BasicCredentials | 'malformed' | null {
  if (header === undefined || !/^Basic( |$)/i.test(header)) return null;
  const encoded = header.length <= longest ? form.exec(header)?.[1] : undefined;
  if (encoded === undefined) return 'malformed';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'));
    const colon = text.indexOf(':');
    if (colon < 1) return 'malformed';
    return { id: formDecoded(text.slice(0, colon)), secret: formDecoded(text.slice(colon + 1)) };
  } catch {
    return 'malformed';
  }
}

/** @throws URIError for broken escapes */
function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
