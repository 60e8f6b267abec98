import { AnswerCache, LeaseHolder, Resolver, RevocationBarrier } from '../../src/lease/index.ts';
import { WAIT_MS } from '../../src/lease/protocol.ts';

/** The protocol as a whole, or with one rule left out: classes of the service's side, switches of platform's side. */
export interface ProtocolVariant {
  cache: typeof AnswerCache<boolean>;
  lease: typeof LeaseHolder;
  resolver: typeof Resolver<boolean>;
  barrier: typeof RevocationBarrier;
  /** Log positions from the counter row, locked until commit, or from a sequence. */
  positions: 'counter' | 'sequence';
  /** Whether an introspection reads position and data in one statement. */
  readsPositionWithData: boolean;
  /** Whether a repeated revoke writes its row and waits like the first. */
  repeatsBarrier: boolean;
  /** When the revoke reads the holders, and which. */
  holdersRead: 'after-commit' | 'in-transaction' | 'after-commit-open-only';
  /** Whether a renewal is refused to a holder that is closed or unknown. */
  refusesClosed: boolean;
  removal: 'two-step' | 'at-once';
  waitMs: number;
  /** How far clocks may run off true time, either way. */
  drift: number;
}

export const wholeProtocol: ProtocolVariant = {
  cache: AnswerCache,
  lease: LeaseHolder,
  resolver: Resolver,
  barrier: RevocationBarrier,
  positions: 'counter',
  readsPositionWithData: true,
  repeatsBarrier: true,
  holdersRead: 'after-commit',
  refusesClosed: true,
  removal: 'two-step',
  waitMs: WAIT_MS,
  drift: 0.01,
};
