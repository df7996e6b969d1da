/** A clock over events: whatever is due first comes first, of the same time in the order of asking. */
export class Clock {
  now = 0;
  #heap = [];
  #order = 0;

  at(time, act) {
    const heap = this.#heap;
    let i = heap.push({ time: Math.max(time, this.now), order: this.#order++, act }) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!before(heap[i], heap[up])) break;
      [heap[i], heap[up]] = [heap[up], heap[i]];
      i = up;
    }
  }

  after(seconds, act) {
    this.at(this.now + seconds, act);
  }

  /** Does the next event; false if there is none. */
  step() {
    const heap = this.#heap;
    const [first] = heap;
    if (first === undefined) return false;
    const last = heap.pop();
    if (heap.length > 0) {
      heap[0] = last;
      for (let i = 0; ; ) {
        let least = i;
        for (const down of [2 * i + 1, 2 * i + 2])
          if (down < heap.length && before(heap[down], heap[least])) least = down;
        if (least === i) break;
        [heap[i], heap[least]] = [heap[least], heap[i]];
        i = least;
      }
    }
    this.now = first.time;
    first.act();
    return true;
  }
}

const before = (a, b) => a.time < b.time || (a.time === b.time && a.order < b.order);

/** A server that does one thing after the other. */
export class Server {
  #free = 0;
  busy = 0;

  /** When a piece of work of so many seconds that arrives now is done. */
  take(now, seconds) {
    this.#free = Math.max(now, this.#free) + seconds;
    this.busy += seconds;
    return this.#free;
  }
}

/** Random numbers from 0 to 1, the same for the same seed. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
