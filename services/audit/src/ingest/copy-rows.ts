import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** "PGCOPY", what shows whether a line's end was changed on the way, no flags, no extension. */
const header = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
const trailer = Buffer.from([0xff, 0xff]);

/**
 * Sends rows in the binary form of COPY, as one statement: rows are stored a page at a time, and nothing is escaped or
 * parsed on either side. Whatever it fails with is what PostgreSQL said, with its SQLSTATE.
 *
 * @param columns of the table, in the order of each row's fields
 * @param parts rows made by `CopyBuffer`; they must not change until the outcome is known
 */
export async function copyRows(
  client: ClientBase,
  table: string,
  columns: readonly string[],
  parts: readonly Uint8Array[],
): Promise<void> {
  const copy = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`));
  // An error event that nobody hears ends the process. So does what the library would still send, when the server has refused the
  // rows before it has read them all: without a socket nothing asks for it. The session is over in any case.
  copy.on('error', () => socketOf(client).destroy());
  const done = finished(copy);
  copy.write(header);
  for (const rows of parts) copy.write(rows);
  copy.end(trailer);
  await done;
}

function socketOf(client: ClientBase): Socket {
  return (client as ClientBase & { readonly connection: { readonly stream: Socket } }).connection.stream;
}
