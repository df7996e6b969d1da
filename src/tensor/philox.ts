const MULTIPLIER_0 = 0xd2511f53 | 0;
const MULTIPLIER_1 = 0xcd9e8d57 | 0;
const WEYL_0 = 0x9e3779b9 | 0;
const WEYL_1 = 0xbb67ae85 | 0;
const ROUNDS = 10;

/** The high 32 bits of the unsigned product of two 32-bit words, from 16-bit halves: no step exceeds 32 bits. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/**
 * Philox4x32-10 of `blocks` consecutive counters, four words each, into the start of `out`.
 *
 * The counter's four words are `[low, c1, c2, c3]`; `low` counts up and wraps at 2^32 without a carry, so
 * the caller splits a range there. The key is `[k0, k1]`. All words are taken modulo 2^32.
 *
 * Follows Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
 */
export function philoxFill(
  out: Int32Array,
  blocks: number,
  low: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let block = 0, at = 0; block < blocks; block++, at += 4) {
    let x0 = (low + block) | 0;
    let x1 = c1;
    let x2 = c2;
    let x3 = c3;
    let key0 = k0 | 0;
    let key1 = k1 | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const high0 = multiplyHigh(MULTIPLIER_0, x0);
      const low0 = Math.imul(MULTIPLIER_0, x0);
      const high1 = multiplyHigh(MULTIPLIER_1, x2);
      const low1 = Math.imul(MULTIPLIER_1, x2);
      x0 = high1 ^ x1 ^ key0;
      x1 = low1;
      x2 = high0 ^ x3 ^ key1;
      x3 = low0;
      key0 = (key0 + WEYL_0) | 0;
      key1 = (key1 + WEYL_1) | 0;
    }
    out[at] = x0;
    out[at + 1] = x1;
    out[at + 2] = x2;
    out[at + 3] = x3;
  }
}

/**
 * A 64-bit hash of a string, as two words: its UTF-8 bytes, padded with zeros to blocks of 16, are encrypted
 * one after the other as Philox counters (four little-endian words), each under the first two words of the
 * previous result as its key. The first key is the number of bytes and 0, so the empty string gives `[0, 0]`.
 */
export function philoxHash(text: string): [number, number] {
  const bytes = new TextEncoder().encode(text);
  const padded = new DataView(new ArrayBuffer(Math.ceil(bytes.length / 16) * 16));
  bytes.forEach((byte, i) => padded.setUint8(i, byte));
  const out = new Int32Array(4);
  out[0] = bytes.length;
  for (let at = 0; at < padded.byteLength; at += 16) {
    const word = (i: number) => padded.getInt32(at + 4 * i, true);
    philoxFill(out, 1, word(0), word(1), word(2), word(3), out[0] ?? 0, out[1] ?? 0);
  }
  return [out[0], out[1] ?? 0];
}
