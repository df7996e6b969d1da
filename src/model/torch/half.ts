/** A half-precision number (IEEE 754 binary16) by its 16 bits. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

function roundedToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** The 16 bits of the half-precision number nearest to a number; of two equally near, the one whose last bit is 0. */
export function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundedToEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  // log2 may round up to the next whole number just below a power of two
  const right = 2 ** exponent > size ? exponent - 1 : exponent;
  return sign | (((right + 15) << 10) + roundedToEven((size / 2 ** right - 1) * 1024));
}

/** A bfloat16 number by its 16 bits, the upper half of a float32. */
export function fromBfloat(bits: number): number {
  singleBits[0] = bits << 16;
  return single[0] ?? Number.NaN;
}

/** The 16 bits of the bfloat16 number nearest to a float32; of two equally near, the one whose last bit is 0. */
export function toBfloat(value: number): number {
  single[0] = value;
  const bits = singleBits[0] ?? 0;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
