import { area, coarseOf, type Geometry, numberOf, places } from "../ops/convolution/geometry.js";

/** Calls `visit` for every product of a convolution of one example: places in x [...fine, channels], w and y [...coarse, channels]. */
function visitProducts(
  geometry: Geometry,
  channels: readonly [coarse: number, fine: number],
  visit: (x: number, w: number, y: number) => void,
): void {
  const { fine, kernel, stride, dilation, before, groups } = geometry;
  const coarse = coarseOf(geometry);
  const [out, into] = channels;
  const [perGroup, outPerGroup] = [into / groups, out / groups];
  for (const [q, pixel] of places(coarse).entries()) {
    for (const [k, offset] of places(kernel).entries()) {
      const read = pixel.map(
        (at, i) =>
          at * (stride[i] as number) -
          (before[i] as number) +
          (offset[i] as number) * (dilation[i] as number),
      );
      const p = numberOf(read, fine);
      if (p === undefined) continue;
      for (let o = 0; o < out; o++) {
        const group = Math.floor(o / outPerGroup);
        for (let i = 0; i < perGroup; i++) {
          const w = (o * perGroup + i) * area(kernel) + k;
          visit(p * into + group * perGroup + i, w, q * out + o);
        }
      }
    }
  }
}

/** Convolution of examples [...fine, channels] by its definition, in plain JavaScript: what `convDown` is to give. */
export function downReference(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  geometry: Geometry,
  channels: readonly [coarse: number, fine: number],
): number[] {
  const [out, into] = channels;
  const [from, to] = [area(geometry.fine) * into, area(coarseOf(geometry)) * out];
  const y = Array.from({ length: (x.length / from) * to }, () => 0);
  for (let n = 0; n * from < x.length; n++) {
    visitProducts(geometry, channels, (i, k, o) => {
      y[n * to + o] = (y[n * to + o] ?? 0) + (x[n * from + i] ?? 0) * (w[k] ?? 0);
    });
  }
  return y;
}

/** The same of `convUp`: examples [...coarse, channels] to [...fine, channels]. */
export function upReference(
  y: ArrayLike<number>,
  w: ArrayLike<number>,
  geometry: Geometry,
  channels: readonly [coarse: number, fine: number],
): number[] {
  const [out, into] = channels;
  const [to, from] = [area(geometry.fine) * into, area(coarseOf(geometry)) * out];
  const x = Array.from({ length: (y.length / from) * to }, () => 0);
  for (let n = 0; n * from < y.length; n++) {
    visitProducts(geometry, channels, (i, k, o) => {
      x[n * to + i] = (x[n * to + i] ?? 0) + (y[n * from + o] ?? 0) * (w[k] ?? 0);
    });
  }
  return x;
}

/** The same of `convWeights`: the gradient of weights [coarse, fine / groups, ...kernel]. */
export function weightsReference(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  geometry: Geometry,
  channels: readonly [coarse: number, fine: number],
): number[] {
  const [out, into] = channels;
  const [from, to] = [area(geometry.fine) * into, area(coarseOf(geometry)) * out];
  const size = out * (into / geometry.groups) * area(geometry.kernel);
  const w = Array.from({ length: size }, () => 0);
  for (let n = 0; n * from < x.length; n++) {
    visitProducts(geometry, channels, (i, k, o) => {
      w[k] = (w[k] ?? 0) + (x[n * from + i] ?? 0) * (y[n * to + o] ?? 0);
    });
  }
  return w;
}
