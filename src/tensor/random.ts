import { requireArgument } from "./arguments.js";
import { UserError } from "./errors.js";
import { inverseNormal } from "./inverse-normal.js";
import { philoxFill, philoxHash } from "./philox.js";

/** Elements drawn at a time; a multiple of the four words of a Philox block. */
const CHUNK = 2048;
const DOMAIN_SHIFT = 24;
const LOW_DOMAIN = 1;
const TWO_32 = 2 ** 32;

/** Below 1 by half of float32's spacing there, so that no uniform can round up to 1. */
const BELOW_ONE = 1 - 2 ** -24;
const UNIFORM_32 = BELOW_ONE * 2 ** -32;
const UNIFORM_52 = BELOW_ONE * 2 ** -52;

const scratch = new Int32Array(CHUNK + 4);
const scratchLow = new Int32Array(CHUNK + 4);

function uniform32(out: Float32Array, at: number, count: number, skip: number): void {
  for (let i = 0; i < count; i++) out[at + i] = (((scratch[skip + i] ?? 0) >>> 0) + 0.5) * UNIFORM_32;
}

function uniform64(out: Float64Array, at: number, count: number, skip: number): void {
  for (let i = 0; i < count; i++) {
    const low = (scratchLow[skip + i] ?? 0) >>> 12;
    out[at + i] = (((scratch[skip + i] ?? 0) >>> 0) * 2 ** 20 + low + 0.5) * UNIFORM_52;
  }
}

function normal32(out: Float32Array, at: number, count: number, skip: number): void {
  for (let i = 0; i < count; i++) {
    out[at + i] = inverseNormal((((scratch[skip + i] ?? 0) >>> 0) + 0.5) * 2 ** -32 - 0.5);
  }
}

function normal64(out: Float64Array, at: number, count: number, skip: number): void {
  for (let i = 0; i < count; i++) {
    const low = (scratchLow[skip + i] ?? 0) >>> 12;
    out[at + i] = inverseNormal((((scratch[skip + i] ?? 0) >>> 0) * 2 ** 20 + low + 0.5) * 2 ** -52 - 0.5);
  }
}

const floatArray = {
  expected: "a Float32Array or a Float64Array",
  ok: (value: unknown) => value instanceof Float32Array || value instanceof Float64Array,
};

const int32s = { expected: "an Int32Array", ok: (value: unknown) => value instanceof Int32Array };

function checkRange(position: number, length: number): void {
  if (!Number.isSafeInteger(position) || position < 0 || !Number.isSafeInteger(position + length)) {
    throw new UserError(
      `a position in a random stream is an integer from 0 to 2^53, got ${String(position)}`,
      2,
    );
  }
}

function checkBound(bound: number): void {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 31) {
    throw new UserError(`random integers need a bound from 1 to 2^31, got ${String(bound)}`, 2);
  }
}

function seedWords(seed: number | bigint): bigint {
  const exact = typeof seed === "bigint" || Number.isSafeInteger(seed);
  const value = exact ? BigInt(seed) : 0n;
  if (!exact || value < -(2n ** 63n) || value >= 2n ** 64n) {
    throw new UserError(
      `seed must be an integer of at most 64 bits (as a number, at most 2^53), got ${seed}`,
    );
  }
  return BigInt.asUintN(64, value);
}

/**
 * A sequence of random numbers named by a seed and a path, readable from any position.
 *
 * Element i depends on the seed, the path and i alone: not on what was drawn before, nor on how a range is
 * divided into calls. The numbers are the same bits in every JavaScript engine. Two paths, or two seeds, give
 * independent streams.
 *
 * The generator is Philox4x32-10. The key is the seed (64 bits, low word first). The counter's words 2 and 3
 * are the 64-bit hash of the path joined by `/` (see {@link philoxHash}; an empty path gives zeros), words 0
 * and 1 are the block number i >> 2, and element i reads the block's word i & 3. The top byte of word 1 is a
 * domain: 0 for the above, 1 for the low-order words that 64-bit values take besides, 1, 2, ... for further
 * tries of {@link integers}. Different seeds therefore never share a block, nor do different paths whose
 * hashes differ.
 */
export class RandomStream {
  /** The seed modulo 2^64. */
  readonly seed: bigint;
  /** The path, joined by `/`: `("noise", 0)` and `("noise/0")` name the same stream. */
  readonly path: string;
  readonly #key: readonly [number, number];
  readonly #name: readonly [number, number];

  /** Throws a UserError if the seed is not an integer of at most 64 bits. */
  constructor(seed: number | bigint, ...path: readonly (string | number)[]) {
    this.seed = seedWords(seed);
    this.path = path.join("/");
    this.#key = [Number(this.seed & 0xffffffffn), Number(this.seed >> 32n)];
    this.#name = philoxHash(this.path);
  }

  /** The stream of the same seed whose path goes on with `path`. */
  child(...path: readonly (string | number)[]): RandomStream {
    return new RandomStream(this.seed, ...(this.path === "" ? [] : [this.path]), ...path);
  }

  /** The 64 random bits behind the element at `position`; a 32-bit value reads the upper half. */
  bits(position: number): bigint {
    checkRange(position, 1);
    const high = BigInt(this.#word(position, 0));
    return (high << 32n) | BigInt(this.#word(position, LOW_DOMAIN));
  }

  /**
   * Fills `out` with elements `position`, `position + 1`, ... as uniforms strictly between 0 and 1, and
   * returns it. They are (n + 1/2) 2^-b (1 - 2^-24) with b = 32 random bits for a Float32Array and 52 for a
   * Float64Array, so none rounds to 1 as float32. Both types read the same 32 upper bits, so their numbers
   * differ by no more than 2^-33 and float32's rounding.
   */
  uniform<T extends Float32Array | Float64Array>(out: T, position: number): T {
    requireArgument("uniform", "out", out, floatArray);
    if (out instanceof Float32Array) {
      this.#chunks(out.length, position, false, (at, count, skip) => uniform32(out, at, count, skip));
    } else {
      this.#chunks(out.length, position, true, (at, count, skip) => uniform64(out, at, count, skip));
    }
    return out;
  }

  /**
   * Fills `out` with elements `position`, `position + 1`, ... as standard normals, and returns it. They are
   * the inverse distribution function (AS 241, error about 1e-15) of (n + 1/2) 2^-b with the bits n of
   * {@link uniform}, so both types draw the same noise up to 2^-33 in probability. The largest possible size
   * is 6.3 in a Float32Array and 8.2 in a Float64Array.
   */
  normal<T extends Float32Array | Float64Array>(out: T, position: number): T {
    requireArgument("normal", "out", out, floatArray);
    if (out instanceof Float32Array) {
      this.#chunks(out.length, position, false, (at, count, skip) => normal32(out, at, count, skip));
    } else {
      this.#chunks(out.length, position, true, (at, count, skip) => normal64(out, at, count, skip));
    }
    return out;
  }

  /**
   * Fills `out` with elements `position`, `position + 1`, ... as integers from 0 to `bound` - 1, all exactly
   * equally likely, and returns it. Throws a UserError unless `bound` is an integer from 1 to 2^31.
   */
  integers(out: Int32Array, bound: number, position: number): Int32Array {
    checkBound(bound);
    requireArgument("integers", "out", out, int32s);
    this.#chunks(out.length, position, false, (at, count, skip) => {
      for (let i = 0; i < count; i++) {
        out[at + i] = this.#below(bound, position + at + i, scratch[skip + i] ?? 0);
      }
    });
    return out;
  }

  /**
   * The numbers 0 to `n` - 1 in random order (Fisher-Yates, all orders equally likely), from the start of
   * this stream: take a stream of its own for each permutation. They are written over `into` if that has length
   * `n`, which spares memory where many are drawn in turn.
   */
  permutation(n: number, into?: Int32Array): Int32Array {
    if (n !== 0) checkBound(n);
    if (into !== undefined) requireArgument("permutation", "into", into, int32s);
    const order = into?.length === n ? into : new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    this.#chunks(Math.max(0, n - 1), 0, false, (at, count, skip) => {
      for (let i = 0; i < count; i++) {
        const last = n - 1 - at - i;
        const pick = this.#below(last + 1, at + i, scratch[skip + i] ?? 0);
        const moved = order[last] ?? 0;
        order[last] = order[pick] ?? 0;
        order[pick] = moved;
      }
    });
    return order;
  }

  /** The random word of `domain` at `position`, unsigned. */
  #word(position: number, domain: number): number {
    const block = new Int32Array(4);
    this.#blocks(block, 1, Math.floor(position / 4), domain);
    return (block[position % 4] ?? 0) >>> 0;
  }

  /** `word` as a number below `bound`; what would favour small numbers is drawn again from a further domain. */
  #below(bound: number, position: number, word: number): number {
    const fair = TWO_32 - (TWO_32 % bound);
    let tried = word >>> 0;
    for (let domain = 1; tried >= fair; domain++) tried = this.#word(position, domain);
    return tried % bound;
  }

  /** Draws the words of `length` elements from `position` into the scratch arrays, a chunk a call of `use`. */
  #chunks(
    length: number,
    position: number,
    wide: boolean,
    use: (at: number, count: number, skip: number) => void,
  ): void {
    checkRange(position, length);
    const skip = position % 4;
    const first = (position - skip) / 4;
    for (let at = 0; at < length; at += CHUNK) {
      const count = Math.min(CHUNK, length - at);
      const blocks = Math.ceil((skip + count) / 4);
      this.#blocks(scratch, blocks, first + at / 4, 0);
      if (wide) this.#blocks(scratchLow, blocks, first + at / 4, LOW_DOMAIN);
      use(at, count, skip);
    }
  }

  /** Blocks number `first`, `first + 1`, ... of `domain`, across the border of the counter's first word. */
  #blocks(out: Int32Array, count: number, first: number, domain: number): void {
    const low = first % TWO_32;
    const high = Math.floor(first / TWO_32);
    const fit = Math.min(count, TWO_32 - low);
    const [k0, k1] = this.#key;
    const [c2, c3] = this.#name;
    philoxFill(out, fit, low, high | (domain << DOMAIN_SHIFT), c2, c3, k0, k1);
    if (fit < count) {
      const rest = out.subarray(4 * fit);
      philoxFill(rest, count - fit, 0, (high + 1) | (domain << DOMAIN_SHIFT), c2, c3, k0, k1);
    }
  }
}
