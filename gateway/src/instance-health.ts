/**
 * What is known of an instance. `leaving`: it drains, and is used only where there is no other. `refusing`: it takes no
 * connections; asking costs nothing, so it is asked last. `silent`: it takes connections and answers nothing, as a
 * frozen process does, or one behind a cable that was cut; a request sent there would be lost for as long as its
 * timeout, so none is, but for one now and then where there is nobody else (upstream-agent.ts).
 */
export type Standing = 'well' | 'leaving' | 'refusing' | 'silent';

/** What became of a question to /healthz; `unanswered`: not in time, broken off, or no HTTP. */
export type ProbeOutcome = 'well' | 'leaving' | 'refused' | 'unanswered';

/** One unanswered question may be a lost packet, two in a row are not. */
const unansweredToSilent = 2;

/** From probes and from what calls meet, the standing of one instance. Holds no clock and no socket. */
export class InstanceHealth {
  #standing: Standing = 'well'; // until the first probe; a gateway that starts with its services must not refuse
  #unanswered = 0;

  get standing(): Standing {
    return this.#standing;
  }

  /** @param heardSince whether anything else came from the instance since it was asked: then it is only slow */
  probed(outcome: ProbeOutcome, heardSince: boolean): void {
    if (outcome === 'unanswered') {
      if (heardSince) return;
      this.#unanswered += 1;
      if (this.#unanswered >= unansweredToSilent) this.#standing = 'silent';
      return;
    }
    this.#unanswered = 0;
    this.#standing = outcome === 'refused' ? 'refusing' : outcome;
  }

  /** A call was answered: whatever becomes of the questions, it lives. */
  answered(): void {
    if (this.#standing !== 'silent') return;
    this.#standing = 'well';
    this.#unanswered = 0;
  }

  /** A call found nobody listening, or got no connection in time. */
  refused(): void {
    if (this.#standing !== 'silent') this.#standing = 'refusing';
  }

  /** A call got a connection. Says nothing of a silent one: the kernel takes connections for a frozen process too. */
  connected(): void {
    if (this.#standing === 'refusing') this.#standing = 'well';
  }
}

const order: readonly Standing[] = ['well', 'leaving', 'refusing'];

/** The instances that a call may be tried on, in this order: each standing by turns, beginning at `first`. */
export function inOrderOfTrust<Instance extends { readonly health: Pick<InstanceHealth, 'standing'> }>(
  instances: readonly Instance[],
  first: number,
): Instance[] {
  const at = first % instances.length;
  const turn = [...instances.slice(at), ...instances.slice(0, at)];
  return order.flatMap((standing) => turn.filter(({ health }) => health.standing === standing));
}
