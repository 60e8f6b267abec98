import { describe, expect, it } from '@jest/globals';
import { fillTemplate } from './fill-template.ts';

const values = {
  app: 'Acme {{url}}',
  name: 'https://evil.example',
  email: 'bob@acme.co',
  url: 'https://a.b/?t=1',
};

describe('fillTemplate', () => {
  it('fills every placeholder once, and values are no placeholders', () => {
    const filled = fillTemplate({ subject: 'Join {{app}}', text: '{{url}}\n\n{{url}} {{unknown}}' }, values);
    expect(filled).toEqual({
      subject: 'Join Acme {{url}}',
      paragraphs: ['https://a.b/?t=1', 'https://a.b/?t=1 {{unknown}}'],
    });
  });

  it('leaves a placeholder that this mail has no value for', () => {
    const { url: _, ...notice } = values;
    const { paragraphs } = fillTemplate(
      { subject: 'x', text: '{{event}} {{url}}' },
      { ...notice, event: 'It was removed.' },
    );
    expect(paragraphs).toEqual(['It was removed. {{url}}']);
  });

  it('makes no link of what a person has typed', () => {
    const { paragraphs } = fillTemplate({ subject: 'x', text: '{{name}}' }, values);
    expect(paragraphs.join()).not.toContain('https://evil.example');
    expect(paragraphs.join().replaceAll('\u2060', '')).toBe('https://evil.example');
  });
});
