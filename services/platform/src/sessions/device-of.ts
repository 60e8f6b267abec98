import Bowser from 'bowser';

/** What a session was opened with, as its owner would call it. */
export interface Device {
  readonly label: string;
  readonly browser: string | null;
  readonly os: string | null;
  readonly type: 'desktop' | 'mobile' | 'tablet' | 'tv' | 'bot' | 'unknown';
}

const types = ['desktop', 'mobile', 'tablet', 'tv', 'bot'] as const;

/** Reads a User-Agent. It is whatever the caller says it is: for people to recognize, nothing is decided by it. */
export function deviceOf(userAgent: string | null): Device {
  if (userAgent === null || userAgent.trim() === '')
    return { label: 'Unknown device', browser: null, os: null, type: 'unknown' };
  const parsed = Bowser.parse(userAgent);
  const browser = named(parsed.browser.name);
  const os = named(parsed.os.name);
  const type = types.find((each) => each === parsed.platform.type) ?? 'unknown';
  const program = /^[\w.-]{1,40}/.exec(userAgent)?.[0] ?? 'Unknown device';
  // Programs call themselves `curl/8.5.0`: what stands before the slash says most.
  const label = browser !== null && os !== null ? `${browser} on ${os}` : (browser ?? program);
  return { label, browser, os, type };
}

function named(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
