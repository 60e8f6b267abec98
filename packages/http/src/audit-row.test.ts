import { describe, expect, it } from '@jest/globals';
import { platformOperations } from '@pcft/contracts';
import { createId } from '@pcft/credentials';
import { serializeEvent, type AuditEvent, type Outbox } from '@pcft/events';
import { AuditRow } from './audit-row.ts';

const context = { id: 'req_of_the_test', clientIp: '203.0.113.7', userAgent: null, traceId: null };

/** Takes what the real outbox takes, and nothing else: the same serialization decides. */
function rowsOf(fields: Parameters<AuditRow['add']>[0]) {
  const rows: AuditEvent[] = [];
  const append = async (event: AuditEvent) => void rows.push(JSON.parse(serializeEvent(event)) as AuditEvent);
  const row = new AuditRow(platformOperations.createWorkspace, context, { append } as unknown as Outbox);
  row.add({ log: createId('ws_'), target: { type: 'workspace', id: 'ws_1' }, ...fields });
  return { row, rows };
}

describe('AuditRow', () => {
  it('keeps the details of an ordinary row', async () => {
    const { row, rows } = rowsOf({ metadata: { slug: 'acme' } });
    await row.write(201);
    expect(rows).toMatchObject([{ action: 'workspace.created', metadata: { slug: 'acme' } }]);
  });

  it.each([
    ['too large', { changes: { before: null, after: { text: 'x'.repeat(70_000) } } }],
    ['not storable', { metadata: { text: 'a\0b' } }],
  ])('loses the details of a row that is %s, not the row', async (_, fields) => {
    const { row, rows } = rowsOf(fields);
    await row.write(201);
    expect(rows).toMatchObject([
      { action: 'workspace.created', outcome: 'success', ip: '203.0.113.7', changes: null },
    ]);
    expect(rows[0]?.metadata).toEqual({ omitted: 'details that an audit event cannot hold' });
  });
});
