import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inertText } from './inert-text.ts';
import { renderMail } from './render-mail.ts';

const action = { label: 'Verify', url: 'https://suite.example/v?token=a&b=1' };

describe('renderMail', () => {
  it('says the same in text and in HTML', () => {
    const { subject, text, html } = renderMail({
      subject: 'Verify your address',
      paragraphs: ['One.'],
      action,
      closing: ['Two.'],
    });
    expect(subject).toBe('Verify your address');
    expect(text).toBe('One.\n\nVerify:\nhttps://suite.example/v?token=a&b=1\n\nTwo.\n');
    expect(html).toContain('href="https://suite.example/v?token=a&amp;b=1"');
    for (const part of ['One.', 'Two.', 'Verify']) expect(html).toContain(part);
  });

  it('lets no text become markup, whatever it is', () => {
    const markup = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '=', ' ', '/') });
    fc.assert(
      fc.property(markup, (typed) => {
        const plain = renderMail({ subject: 'x', paragraphs: ['x'], closing: ['x'], action }).html;
        const content = { subject: typed, paragraphs: [typed], closing: [typed] };
        const { html } = renderMail({ ...content, action: { ...action, label: typed } });
        const tags = (text: string) => text.match(/<[^>]*>/g);
        expect(tags(html)).toEqual(tags(plain));
      }),
    );
  });

  it('makes one line of a subject, so that no header can be written with it', () => {
    const { subject } = renderMail({ subject: 'Hello\r\nBcc: eve@example.com\u2028x', paragraphs: [] });
    expect(subject).toBe('Hello Bcc: eve@example.com x');
  });

  it('links to http and https only', () => {
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd'])
      expect(() => renderMail({ subject: 'x', paragraphs: [], action: { label: 'x', url } })).toThrow(
        TypeError,
      );
  });
});

describe('inertText', () => {
  it('leaves names as they read', () => {
    expect(inertText('Zoë O’Brien & Co. 李雷')).toBe('Zoë O’Brien & Co. 李雷');
  });

  it.each(['https://evil.example/x', 'evil.example', 'eve@evil.example', 'see www.evil.example now'])(
    'makes no link of %s',
    (text) => {
      const inert = inertText(text);
      expect(inert).not.toMatch(/\w[.:/@]\w|:\/\//);
      expect(inert.replaceAll('\u2060', '')).toBe(text);
    },
  );

  it('is one bounded line', () => {
    expect(inertText('a\r\n\tb\u202ec')).toBe('a b c');
    expect([...inertText('😀'.repeat(200))]).toHaveLength(80);
  });
});
