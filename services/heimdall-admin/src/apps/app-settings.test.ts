import { describe, expect, it } from '@jest/globals';
import { defaultAppSettings, type AppSettingsPatch } from '@pcft/contracts';
import { chooseSettings, effectiveSettings } from './app-settings.ts';

describe('effectiveSettings', () => {
  it('are the defaults where nothing was chosen', () => {
    expect(effectiveSettings({})).toEqual(defaultAppSettings);
    expect(effectiveSettings({ sessions: { idle_seconds: 600 } }).sessions).toEqual({
      ...defaultAppSettings.sessions,
      idle_seconds: 600,
    });
  });
});

describe('chooseSettings', () => {
  it('merges objects, replaces lists and resets with null', () => {
    const template = { subject: 'Welcome to {{app}}', text: 'Hello {{name}}: {{url}}' };
    const first = chooseSettings(
      { allowed_origins: ['https://a.example'] },
      { mail: { templates: { invite: template } }, allowed_origins: ['https://b.example:8443'] },
    );
    expect(first).toEqual({
      mail: { templates: { invite: template } },
      allowed_origins: ['https://b.example:8443'],
    });
    const reset = chooseSettings(first, { mail: { templates: { invite: null } } });
    expect(effectiveSettings(reset).mail).toEqual(defaultAppSettings.mail);
  });

  const text = (subject: string, body: string): AppSettingsPatch => ({
    mail: { templates: { invite: { subject, text: body } } },
  });
  it.each<[string, AppSettingsPatch]>([
    ['sessions.idle_seconds', { sessions: { idle_seconds: 601, lifetime_seconds: 600 } }],
    ['mail.templates.invite.text', text('Hello', 'no address')],
    ['mail.templates.invite', text('Hello {{constructor}}', '{{url}}')],
    ['mail.links.invite', { mail: { links: { invite: 'https://user:secret@example.com/' } } }],
    ['mail.links.invite', { mail: { links: { invite: 'https://example.com/#fragment' } } }],
    ['allowed_origins.1', { allowed_origins: ['https://a.example', 'https://a.example:443'] }],
    ['allowed_origins.0', { allowed_origins: ['https://a.example:99999'] }],
  ])('refuses and names %s', (field, patch) => {
    expect(() => chooseSettings({}, patch)).toThrow(
      expect.objectContaining({ status: 400, details: [expect.objectContaining({ field })] }),
    );
  });
});
