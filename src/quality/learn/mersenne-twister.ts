const SIZE = 624;
const MIDDLE = 397;

/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998) with the permutations of NumPy's `RandomState`. The metric that
 * this room computes is defined with its stream: the same seed picks the same rows, so that figures can be compared digit by digit.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;

  /** `seed` from 0 to 2^32 - 1. */
  constructor(seed: number) {
    let word = seed >>> 0;
    for (let i = 0; i < SIZE; i++) {
      this.#state[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
    }
  }

  /** The next 32 bits. */
  next(): number {
    if (this.#at === SIZE) this.#refill();
    let y = this.#state[this.#at++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % SIZE] ?? 0) & 0x7fffffff);
      state[i] = (state[(i + MIDDLE) % SIZE] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  /** A whole number from 0 to `most`, every one as likely: the first of the stream, cut to as many bits, that is no larger. */
  upTo(most: number): number {
    const mask = most === 0 ? 0 : 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const value = (this.next() & mask) >>> 0;
      if (value <= most) return value;
    }
  }

  /** Mixes a list in place. */
  shuffle(list: Uint32Array): void {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.upTo(i);
      const kept = list[i] ?? 0;
      list[i] = list[j] ?? 0;
      list[j] = kept;
    }
  }

  /** 0 to n - 1, mixed. */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }
}
