import type { BodyOf, tokensOperations } from '@pcft/contracts';

/** One versioned record as the tokens service takes it; see its declaration. */
export type DirectoryRecord = BodyOf<typeof tokensOperations.applyDirectory>['records'][number];

/** A record that stands in this service's database and is not confirmed by the tokens service yet. */
export interface PendingRecord {
  /** Of its `directory_change` row, which is deleted on confirmation. */
  readonly seq: bigint;
  readonly record: DirectoryRecord;
}
