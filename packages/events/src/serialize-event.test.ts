import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEvent } from './event.ts';
import { eventFault, InvalidEvent, isStorable, serializeEvent } from './serialize-event.ts';

const event: AuditEvent = {
  id: 'aud_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  log: 'acc_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V',
  service: 'heimdall-admin',
  occurred_at: '2026-11-22T10:00:00.123Z',
  action: 'app.created',
  required_action: null,
  operation: 'createApp',
  access: null,
  actor: { type: 'anonymous', id: null, pat_id: null, session_id: null },
  workspace_id: null,
  app_id: null,
  resource: null,
  target: null,
  outcome: 'failed',
  decision: { layer: 'policy', reason: 'no statement allows it', statement: null },
  status: 503,
  request_id: 'req_1',
  trace_id: null,
  ip: '127.0.0.1',
  user_agent: '',
  metadata: { nested: { list: [1, 'two', null] } },
  changes: { before: null, after: { name: 'x' } },
};

describe('serializeEvent', () => {
  it('writes a valid event as JSON', () => {
    expect(JSON.parse(serializeEvent(event))).toEqual(event);
  });

  it.each<[string, object]>([
    ['an id of another kind', { id: 'evt_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V' }],
    ['a log that is neither workspace nor account', { log: 'app_01HQ3KXFG6ZJ4Y8M2N5P7R9T0V' }],
    ['seconds without milliseconds', { occurred_at: '2026-11-22T10:00:00Z' }],
    ['another time zone', { occurred_at: '2026-11-22T10:00:00.000+01:00' }],
    ['an unknown outcome', { outcome: 'maybe' }],
    ['an unknown actor', { actor: { ...event.actor, type: 'robot' } }],
    ['an unknown field', { password: 'x' }],
    ['a missing field', { action: undefined }],
    ['an impossible status', { status: 42 }],
  ])('refuses %s', (_what, change) => {
    const broken = { ...event, ...change };
    expect(eventFault(broken)).not.toBeNull();
    expect(() => serializeEvent(broken)).toThrow(InvalidEvent);
  });

  it('refuses more than 64 KB, counted in bytes', () => {
    const filled = (length: number) => ({ ...event, metadata: { filler: 'ü'.repeat(length) } });
    expect(() => serializeEvent(filled(32_000))).not.toThrow();
    expect(() => serializeEvent(filled(33_000))).toThrow('larger than 65536 bytes');
  });

  it.each(['\0', 'a\0b', '\ud800', '\udfff!', '\\\0'])('refuses text that cannot be stored: %j', (text) => {
    expect(() => serializeEvent({ ...event, metadata: { text } })).toThrow('NUL or a lone surrogate');
    expect(() => serializeEvent({ ...event, metadata: { [text]: 1 } })).toThrow('NUL or a lone surrogate');
  });

  it.each(['\\u0000', '\\\\u0000', '\\ud800', '🜁', '\u0001', '\\'])('takes text that can: %j', (text) => {
    expect(JSON.parse(serializeEvent({ ...event, metadata: { text } }))).toMatchObject({
      metadata: { text },
    });
  });
});

describe('isStorable', () => {
  it('agrees with looking at every string', () => {
    const text = fc.string({
      unit: fc.constantFrom('\0', '\ud800', '\udc00', '\\', 'u', '0', 'd', '8', '"', '🜁'),
    });
    fc.assert(
      fc.property(text, (value) => {
        expect(isStorable(JSON.stringify(value))).toBe(value.isWellFormed() && !value.includes('\0'));
      }),
    );
  });
});
