import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultAppSettings } from '@pcft/contracts';
import { connectSuite, createWorld, type Suite, type World } from '@pcft/testing';

let suite: Suite;
let world: World;

beforeAll(async () => {
  suite = await connectSuite();
  world = await createWorld(suite);
});
afterAll(() => suite.close());

const input = () => ({ auth: world.owner.pat, params: { app: world.app.id } });
const update = (body: object) => suite.call('updateAppSettings', { ...input(), body });
const read = () => suite.call('getAppSettings', input());

describe('200', () => {
  it('starts with the defaults', async () => {
    expect((await read()).body).toEqual(defaultAppSettings);
  });

  it('changes what is given, and tokens has it when the call returns', async () => {
    const template = { subject: 'Welcome to {{app}}', text: 'Hello {{name}},\n\n{{url}}' };
    const patch = {
      sign_up: 'invite',
      password: { min_length: 12 },
      sessions: { idle_seconds: 3600 },
      mail: {
        from_name: 'Acme',
        templates: { invite: template },
        links: { invite: 'http://localhost:3000/join' },
      },
      allowed_origins: ['https://app.acme.co', 'http://localhost:3000'],
    };
    const expected = {
      ...defaultAppSettings,
      sign_up: 'invite',
      password: { min_length: 12 },
      sessions: { ...defaultAppSettings.sessions, idle_seconds: 3600 },
      mail: {
        from_name: 'Acme',
        templates: { ...defaultAppSettings.mail.templates, invite: template },
        links: { ...defaultAppSettings.mail.links, invite: 'http://localhost:3000/join' },
      },
      allowed_origins: patch.allowed_origins,
    };
    expect((await update(patch)).body).toEqual(expected);
    expect((await read()).body).toEqual(expected);
    const { rows } = await suite
      .database('tokens')
      .query('SELECT settings FROM directory_app WHERE id = $1', [world.app.id]);
    // What an app has no words of its own for since its service knows of it is left out, for tokens services that do not.
    const { second_factor: _, ...templates } = expected.mail.templates;
    expect(rows).toEqual([{ settings: { ...expected, mail: { ...expected.mail, templates } } }]);
    const reset = await update({ mail: { templates: { invite: null } }, allowed_origins: [] });
    expect([reset.body.mail.templates.invite, reset.body.allowed_origins]).toEqual([null, []]);
    expect(reset.body.sign_up).toBe('invite');
  });
});

describe('400', () => {
  it.each([
    ['body', {}],
    ['sign_up', { sign_up: 'nobody' }],
    ['password.min_length', { password: { min_length: 4 } }],
    ['sessions.access_token_seconds', { sessions: { access_token_seconds: 86_400 } }],
    ['sessions.idle_seconds', { sessions: { idle_seconds: 7200, lifetime_seconds: 3600 } }],
    ['mail.templates.invite.text', { mail: { templates: { invite: { subject: 'Hi', text: 'no link' } } } }],
    ['mail.templates.invite', { mail: { templates: { invite: { subject: '{{x}}', text: '{{url}}' } } } }],
    ['mail.links.invite', { mail: { links: { invite: 'javascript:alert(1)' } } }],
    ['mail.links.invite', { mail: { links: { invite: 'http://acme.co/join' } } }],
    ['allowed_origins', { allowed_origins: ['*'] }],
    ['allowed_origins', { allowed_origins: ['https://acme.co/'] }],
    ['allowed_origins', { allowed_origins: ['https://*.acme.co'] }],
    ['allowed_origins', { allowed_origins: ['https://acme.co:443'] }],
  ])('names %s', async (field, body) => {
    const answer = await update(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details[0].field).toContain(field);
  });
});
