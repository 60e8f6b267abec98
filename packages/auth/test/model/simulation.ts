interface Event {
  time: number;
  order: number;
  run: () => void;
}

/** True time, and what happens in it. Only the events of a schedule know this time; machines have their own clocks. */
export class Simulation {
  now = 0;
  #order = 0;
  /** A binary heap, earliest first. */
  readonly #events: Event[] = [];

  at(time: number, run: () => void): void {
    this.#push({ time: Math.max(time, this.now), order: this.#order++, run });
  }

  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  delay(duration: number): Promise<void> {
    return new Promise((resolve) => this.after(duration, resolve));
  }

  /** Runs all events up to a time; between two events, every promise continuation that can run has run. */
  async runUntil(end: number): Promise<void> {
    for (let event = this.#pop(); event !== undefined && event.time <= end; event = this.#pop()) {
      this.now = event.time;
      event.run();
      await microtasksDone();
    }
  }

  #push(event: Event): void {
    const heap = this.#events;
    let i = heap.push(event) - 1;
    for (let parent = (i - 1) >> 1; i > 0 && isBefore(event, heap[parent] as Event); parent = (i - 1) >> 1) {
      heap[i] = heap[parent] as Event;
      i = parent;
    }
    heap[i] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#events;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (isBefore(last, heap[child] as Event)) break;
      heap[i] = heap[child] as Event;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

// Called from a promise continuation, Node runs a tick's callback only when no continuation is left.
function microtasksDone(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
