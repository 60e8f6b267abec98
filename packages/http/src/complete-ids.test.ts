import { describe, expect, it } from '@jest/globals';
import { platformOperations } from '@pcft/contracts';
import { completeIds } from './complete-ids.ts';

const ulid = '01HZ3K5R4X9Y2V6QF8TJ7W0CDN';

describe('completeIds', () => {
  it.each([ulid, `ws_${ulid}`])('reads %s as the id of a workspace', (organizationId) => {
    expect(completeIds(platformOperations.listOrganizationMembers, { organizationId })).toEqual({
      organizationId: `ws_${ulid}`,
    });
  });

  it.each([ulid, `ak_${ulid}`, `pat_${ulid}`])('reads %s as the id of a token', (id) => {
    expect(completeIds(platformOperations.getApiKey, { id })).toEqual({ id: `pat_${ulid}` });
  });

  it('leaves references alone that may be slugs', () => {
    expect(completeIds(platformOperations.getWorkspace, { ws: 'a_slug' })).toEqual({ ws: 'a_slug' });
  });
});
