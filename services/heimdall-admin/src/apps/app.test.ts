import { describe, expect, it } from '@jest/globals';
import { appRecord, chosenName, type App } from './app.ts';

describe('chosenName', () => {
  it.each([
    [{ name: 'acme-corp' }, 'name'],
    [{ slug: 'acme-corp' }, 'slug'],
    [{ name: 'acme-corp', slug: 'acme-corp' }, 'name'],
  ])('takes %j', (input, spelling) => {
    expect(chosenName(input)).toEqual({ name: 'acme-corp', spelling });
  });

  it('asks for one of the two', () => {
    expect(() => chosenName({})).toThrow(
      expect.objectContaining({ status: 400, details: [{ field: 'name', reason: 'required' }] }),
    );
  });

  it('refuses two that differ', () => {
    expect(() => chosenName({ name: 'acme', slug: 'acme-corp' })).toThrow(
      expect.objectContaining({ status: 400, details: [{ field: 'slug', reason: 'differs from name' }] }),
    );
  });
});

describe('appRecord', () => {
  const app = (settings: App['settings']): App => ({
    id: 'app_1',
    workspaceId: 'ws_1',
    name: 'acme',
    displayName: 'Acme',
    status: 'active',
    metadata: {},
    settings,
    version: 1,
    createdAt: new Date(),
    updatedAt: new Date(),
  });
  const templatesOf = (settings: App['settings']) => {
    const { data } = appRecord(app(settings));
    return data && 'settings' in data ? data.settings?.mail.templates : undefined;
  };

  it('says nothing of the mail about second factors unless the app has words of its own for it', () => {
    const others = { email_verification: null, password_reset: null, invite: null };
    const words = { subject: 'News', text: '{{event}}' };
    expect(templatesOf({})).toEqual(others);
    expect(templatesOf({ mail: { templates: { second_factor: null } } })).toEqual(others);
    expect(templatesOf({ mail: { templates: { second_factor: words } } })).toEqual({
      ...others,
      second_factor: words,
    });
  });
});
