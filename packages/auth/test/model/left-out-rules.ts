import { AnswerCache, LeaseHolder, Resolver, RevocationBarrier } from '../../src/lease/index.ts';
import type { Answer, InvalidationPush, InvalidationRow, ResolverPorts } from '../../src/lease/index.ts';
import { LEASE_MS } from '../../src/lease/protocol.ts';
import type { Profile } from './faults.ts';
import { wholeProtocol, type ProtocolVariant } from './protocol-variant.ts';

/** The protocol with one rule left out, and the faults under which that shows soonest. */
export interface LeftOutRule {
  name: string;
  profile: Profile;
  variant: ProtocolVariant;
}

// ---- the service's side: the real classes with one method each made wrong

class LeaseFromArrival extends LeaseHolder {
  protected override grantLease(): void {
    super.grantLease(this.clock.now());
  }
}

class LeaseFromJoin extends LeaseHolder {
  protected override joined(joined: { holderId: string; epoch: string; n: number }, sentAt: number): void {
    super.joined(joined, sentAt);
    this.grantLease(sentAt);
  }
}

class RowsIgnored extends LeaseHolder {
  protected override applyRows(): void {}
}

class PrunedRowsIgnored extends LeaseHolder {
  protected override applyRows(rows: readonly InvalidationRow[] | null): void {
    super.applyRows(rows ?? []);
  }
}

class EpochIgnored extends LeaseHolder {
  protected override isForeignEpoch(): boolean {
    return false;
  }
}

class AcknowledgesFirst extends LeaseHolder {
  protected override applyPush(push: InvalidationPush, holderId: string): void {
    this.bus.ack(holderId, push.n);
    this.clock.setTimer(20, () => this.cache.apply(push));
  }
}

class CacheWithoutLease extends LeaseHolder {
  override isValid(): boolean {
    return this.holderId !== null;
  }
}

class LeavesWhileUsing extends LeaseHolder {
  override async stop(): Promise<void> {
    if (this.holderId !== null) await this.authority.leave(this.holderId);
    await super.stop();
  }
}

class CacheKeptOnJoin extends AnswerCache<boolean> {
  override restart(epoch: string, n: number): void {
    const dropAll = this.dropAll.bind(this);
    this.dropAll = () => {};
    super.restart(epoch, n);
    this.dropAll = dropAll;
  }
}

class LeaseDroppedWithoutCache extends LeaseHolder {
  protected override dropEverything(): void {
    const dropAll = this.cache.dropAll.bind(this.cache);
    this.cache.dropAll = () => {};
    super.dropEverything();
    this.cache.dropAll = dropAll;
  }
}

class OldAnswersKept extends AnswerCache<boolean> {
  protected override isCurrent(): boolean {
    return true;
  }
}

class HeardGoesBack extends AnswerCache<boolean> {
  override hear(n: number): void {
    this.setHeard(n);
  }
}

class MembersNotMatched extends AnswerCache<boolean> {
  override apply(row: InvalidationRow): void {
    if (row.kind === 'member') this.hear(row.n);
    else super.apply(row);
  }
}

class AgeNotCounted extends AnswerCache<boolean> {
  override put(key: string, answer: Answer<boolean>, sentAt: number): void {
    super.put(key, { ...answer, ttlMs: null }, sentAt);
  }
}

class AgeFromArrival extends Resolver<boolean> {
  constructor(ports: ResolverPorts<boolean>) {
    super(ports);
    const { cache, clock } = ports;
    const put = cache.put.bind(cache);
    cache.put = (key, answer) => put(key, answer, clock.now());
  }
}

class AnyFlightWillDo extends Resolver<boolean> {
  protected override isFresh(): boolean {
    return true;
  }
}

// ---- platform's side

class EpochNotNoticed extends RevocationBarrier {
  override noticeEpoch(): void {}
}

const without = (name: string, profile: Profile, change: Partial<ProtocolVariant>): LeftOutRule => ({
  name,
  profile,
  variant: { ...wholeProtocol, ...change },
});

export const leftOutRules: readonly LeftOutRule[] = [
  without('1: position and data are read in one statement', 'delays', { readsPositionWithData: false }),
  without('2: positions are in commit order', 'cut-offs', { positions: 'sequence' }),
  without('2: a repeated revoke writes a row and waits too', 'partitions', { repeatsBarrier: false }),
  without('3: joining grants no lease', 'joins', { lease: LeaseFromJoin }),
  without('4: the lease counts from sending', 'cut-offs', { lease: LeaseFromArrival }),
  without('4: rows are applied before the lease grows', 'partitions', { lease: RowsIgnored }),
  without('4: pruned rows empty the cache', 'partitions', { lease: PrunedRowsIgnored }),
  without('4: a closed or unknown holder gets no lease', 'cut-offs', { refusesClosed: false }),
  without('4: a holder that joins anew starts with an empty cache', 'partitions', {
    lease: LeaseDroppedWithoutCache,
    cache: CacheKeptOnJoin,
  }),
  without('5: an answer older than what was heard is not cached', 'delays', { cache: OldAnswersKept }),
  without('5: what was heard never goes back', 'delays', { cache: HeardGoesBack }),
  without('5: the cache is used under a valid lease only', 'partitions', { lease: CacheWithoutLease }),
  without('5: who came after a flight was sent shares the next', 'delays', { resolver: AnyFlightWillDo }),
  without('5: rows drop every answer that rests on their subject', 'calm', { cache: MembersNotMatched }),
  without('5: an answer ends with what it rests on', 'calm', { cache: AgeNotCounted }),
  without("5: an answer's age runs from sending", 'delays', { resolver: AgeFromArrival }),
  without('6: holders are read after the commit', 'joins', { holdersRead: 'in-transaction' }),
  without('6: closed holders are waited for too', 'cut-offs', { holdersRead: 'after-commit-open-only' }),
  without('6: a row is applied, then acknowledged', 'calm', { lease: AcknowledgesFirst }),
  without('6: W outlasts L on clocks that run apart', 'cut-offs', { waitMs: LEASE_MS, drift: 0.08 }),
  without('7: a holder is closed before it is removed', 'cut-offs', { removal: 'at-once' }),
  without('7: a process stops using its cache, then leaves', 'stops', { lease: LeavesWhileUsing }),
  without('8: a new epoch ends every lease and cache', 'failover', { lease: EpochIgnored }),
  without('8: revokes wait in full while an epoch is young', 'failover', { barrier: EpochNotNoticed }),
];
