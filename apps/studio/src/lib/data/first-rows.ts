/** Bytes of an idx file's header: the number of axes is its fourth byte, each length takes four. */
const headerSize = (axes: number): number => 4 + 4 * axes;

/** Bytes that the first so many examples of an idx file of bytes take, header included. */
export function sizeOfFirst(count: number, shape: readonly number[]): number {
  return headerSize(1 + shape.length) + count * shape.reduce((product, each) => product * each, 1);
}

/** The beginning of an idx file of bytes as a whole file of so many examples, or of all if there are fewer. */
export function firstRows(beginning: Uint8Array, count: number): Uint8Array {
  const axes = beginning[3] ?? 0;
  const view = new DataView(beginning.buffer, beginning.byteOffset, beginning.byteLength);
  const lengths = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const [total = 0, ...shape] = lengths;
  const kept = Math.min(count, total);
  const file = beginning.slice(0, sizeOfFirst(kept, shape));
  new DataView(file.buffer).setUint32(4, kept);
  return file;
}
