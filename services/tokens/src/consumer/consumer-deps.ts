import type { Call } from '@pcft/http';
import type { AuthorizeDeps } from '../authorize/authorize.ts';
import type { InTransaction } from '../changes/in-transaction.ts';
import type { GrantDeps } from '../grants/routes.ts';
import type { RecordDoor } from '../record-door/record-door.ts';

export interface ConsumerDeps extends GrantDeps, AuthorizeDeps {
  readonly door: RecordDoor;
  readonly inTransaction: InTransaction;
}

type Fields = Parameters<Call['audit']['commit']>[1];

/**
 * Commits a row of what is about to be asked of the record. What the record then commits has a row of its own, in the
 * transaction that changes it; and where no row can be written here, nothing is asked for.
 */
export function commitIntent(
  deps: Pick<ConsumerDeps, 'inTransaction'>,
  { audit }: Pick<Call, 'audit'>,
  fields: Fields,
) {
  return deps.inTransaction((transaction) => audit.commit(transaction, fields));
}
