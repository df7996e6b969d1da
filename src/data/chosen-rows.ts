const wordsPerBlock = 16;

/** The number of ones in a word of 32 bits. */
function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * A subset of the numbers below `n`, in ascending order, in n / 8 bytes and a little more: what a table of 4 bytes a
 * number would be too large for.
 */
export class ChosenRows {
  private readonly bits: Int32Array;
  /** How many are chosen before each block. */
  private before = new Int32Array(0);

  constructor(private readonly n: number) {
    this.bits = new Int32Array(Math.ceil(n / 32));
  }

  /** The subset of the numbers given. */
  static of(n: number, chosen: Int32Array): ChosenRows {
    const made = new ChosenRows(n);
    for (const row of chosen) made.bits[row >>> 5] = (made.bits[row >>> 5] ?? 0) | (1 << (row & 31));
    made.count();
    return made;
  }

  /** All the other numbers. */
  others(): ChosenRows {
    const made = new ChosenRows(this.n);
    for (let w = 0; w < made.bits.length; w++) made.bits[w] = ~(this.bits[w] ?? 0);
    const last = this.n & 31;
    if (last !== 0) made.bits[made.bits.length - 1] = (made.bits.at(-1) ?? 0) & ((1 << last) - 1);
    made.count();
    return made;
  }

  /** The chosen numbers at the given places among the chosen ones. */
  at(places: Int32Array): Int32Array {
    return places.map((place) => this.find(place));
  }

  private count(): void {
    this.before = new Int32Array(Math.ceil(this.bits.length / wordsPerBlock));
    let total = 0;
    for (let w = 0; w < this.bits.length; w++) {
      if (w % wordsPerBlock === 0) this.before[w / wordsPerBlock] = total;
      total += ones(this.bits[w] ?? 0);
    }
  }

  /** The chosen number at a place among the chosen ones. Throws a RangeError if there are not so many. */
  find(place: number): number {
    let [low, high] = [0, this.before.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.before[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    let left = place - (this.before[low] ?? 0);
    let w = low * wordsPerBlock;
    for (let count = ones(this.bits[w] ?? 0); left >= count; count = ones(this.bits[w] ?? 0)) {
      left -= count;
      if (++w >= this.bits.length) throw new RangeError(`there is no chosen row ${place}`);
    }
    let word = this.bits[w] ?? 0;
    for (; left > 0; left--) word &= word - 1;
    return 32 * w + 31 - Math.clz32(word & -word);
  }
}
