import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditRowOf, connectSuite, type Owner, type Suite } from '@pcft/testing';

let suite: Suite;
let owner: Owner;
beforeAll(async () => {
  suite = await connectSuite();
  owner = await suite.createOwner();
});
afterAll(() => suite.close());

const organizationId = () => owner.workspace.id;
const create = (
  body: object,
  auth: string | { apiKey: string } = owner.pat,
  organization = organizationId(),
) => suite.call('createProject', { auth, params: { organizationId: organization }, body });

describe('200', () => {
  it('creates a project in the envelope of seed 002, with its row in the log', async () => {
    const answer = await create({ name: 'Website' }, { apiKey: owner.pat }, organizationId().slice(3));
    const { data, ...envelope } = answer.body;
    expect(envelope).toEqual({ success: true, status: 200, code: 'OK', message: 'Project created' });
    expect(data).toEqual({
      id: expect.stringMatching(/^prj_[0-9A-Z]{26}$/),
      organizationId: organizationId().slice(3),
      name: 'Website',
      createdBy: owner.id.slice(4),
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: data.createdAt,
    });
    expect(await auditRowOf(suite, answer)).toMatchObject({
      service: 'projects',
      action: 'project.created',
      required_action: 'projects.project.create',
      log: owner.workspace.id,
      actor: { id: owner.id, pat_id: owner.patId },
      resource: 'pcft:projects:project/*',
      target: { type: 'project', id: data.id },
      changes: { before: null, after: { name: 'Website' } },
    });
  });

  it('lets members work, and names be the same', async () => {
    const member = await suite.addMember(owner.workspace, 'member');
    const first = await create({ name: 'Twin' }, member.session);
    const second = await create({ name: 'Twin' }, member.session);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.body.data.id).not.toBe(second.body.data.id);
  });
});

describe('400 when', () => {
  it.each([
    ['there is no name', {}, 'name'],
    ['the name is empty', { name: '' }, 'name'],
    ['the name is too long', { name: 'x'.repeat(121) }, 'name'],
    ['the name has two lines', { name: 'a\nb' }, 'name'],
    ['there is more', { name: 'a', id: 'prj_1' }, 'id'],
  ])('%s', async (_, body, field) => {
    const answer = await create(body);
    expect([answer.status, answer.body.code, answer.body.meta.errors[0].field]).toEqual([
      400,
      'VALIDATION_ERROR',
      field,
    ]);
  });
});

describe('403 when', () => {
  it('the key only reads', async () => {
    const { secret } = await suite.mint(owner, { scopes: ['projects:read'] });
    const { status, body } = await create({ name: 'x' }, { apiKey: secret });
    expect([status, body.code]).toEqual([403, 'API_KEY_MISSING_SCOPES']);
  });

  it('the organization is foreign, and nothing is created in it', async () => {
    const stranger = await suite.createOwner();
    const { status, body } = await create({ name: 'x' }, owner.session, stranger.workspace.id);
    expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
    const { rows } = await suite
      .database('projects')
      .query('SELECT FROM project WHERE workspace_id = $1', [stranger.workspace.id]);
    expect(rows).toEqual([]);
  });

  it('the workspace has switched projects off', async () => {
    const other = await suite.createOwner();
    const platform = suite.database('platform', 'owner');
    await platform.query('INSERT INTO workspace_service (workspace_id, service) VALUES ($1, $2)', [
      other.workspace.id,
      'projects',
    ]);
    const { status, body } = await create({ name: 'x' }, other.pat, other.workspace.id);
    expect([status, body.code]).toEqual([403, 'SERVICE_DISABLED']);
  });
});
