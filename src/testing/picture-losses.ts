/**
 * Losses of pictures by their definitions, in plain loops: what the graphs are checked against. Pictures are [h, w, c] with
 * numbers from 0 to 1.
 */
export type Numbers = ArrayLike<number>;
type Shape = readonly [height: number, width: number, channels: number];
/** One channel's plane, row by row. */
type Plane = readonly (readonly number[])[];

/** An example's shape as height, width and channels. */
export function pictureShape([height = 1, width = 1, channels = 1]: readonly number[]): Shape {
  return [height, width, channels];
}

function planesOf(picture: Numbers, [h, w, c]: Shape): Plane[] {
  return Array.from({ length: c }, (_, k) =>
    Array.from({ length: h }, (_, y) =>
      Array.from({ length: w }, (_, x) => picture[(y * w + x) * c + k] ?? Number.NaN),
    ),
  );
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** SSIM and its contrast-structure part of two planes, window by window (Wang et al., 2004). */
function similarity(x: Plane, y: Plane): { whole: number; contrast: number } {
  const size = 11;
  const raw = Array.from({ length: size * size }, (_, i) => {
    const [dy, dx] = [Math.floor(i / size) - 5, (i % size) - 5];
    return Math.exp(-(dx * dx + dy * dy) / (2 * 1.5 * 1.5));
  });
  const total = raw.reduce((a, b) => a + b, 0);
  const [wholes, contrasts]: [number[], number[]] = [[], []];
  for (let top = 0; top + size <= x.length; top++) {
    for (let left = 0; left + size <= (x[0] ?? []).length; left++) {
      const pixels = raw.map((weight, i) => {
        const [r, s] = [top + Math.floor(i / size), left + (i % size)];
        return [weight / total, x[r]?.[s] ?? Number.NaN, y[r]?.[s] ?? Number.NaN] as const;
      });
      const expected = (of: (a: number, b: number) => number): number =>
        pixels.reduce((sum, [weight, a, b]) => sum + weight * of(a, b), 0);
      const [mx, my] = [expected((a) => a), expected((_, b) => b)];
      const [vx, vy] = [expected((a) => (a - mx) ** 2), expected((_, b) => (b - my) ** 2)];
      const cov = expected((a, b) => (a - mx) * (b - my));
      const contrast = (2 * cov + 0.0009) / (vx + vy + 0.0009);
      contrasts.push(contrast);
      wholes.push(((2 * mx * my + 0.0001) / (mx * mx + my * my + 0.0001)) * contrast);
    }
  }
  return { whole: average(wholes), contrast: average(contrasts) };
}

/** SSIM of two pictures: the mean over windows and channels. */
export function ssimReference(x: Numbers, y: Numbers, shape: Shape): number {
  const [a, b] = [planesOf(x, shape), planesOf(y, shape)];
  return average(a.map((plane, k) => similarity(plane, b[k] as Plane).whole));
}

/** Means of 2 x 2 pixels; beyond an odd border lies the border itself. */
function halved(plane: Plane): Plane {
  const [h, w] = [plane.length, (plane[0] ?? []).length];
  const at = (y: number, x: number): number => plane[Math.min(y, h - 1)]?.[Math.min(x, w - 1)] ?? Number.NaN;
  return Array.from({ length: Math.ceil(h / 2) }, (_, i) =>
    Array.from({ length: Math.ceil(w / 2) }, (_, j) =>
      average([at(2 * i, 2 * j), at(2 * i + 1, 2 * j), at(2 * i, 2 * j + 1), at(2 * i + 1, 2 * j + 1)]),
    ),
  );
}

/** MS-SSIM (Wang, Simoncelli and Bovik, 2003), with the tangent of the logarithm below 0.01. */
export function msSsimReference(x: Numbers, y: Numbers, shape: Shape, scales: number): number {
  const weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333].slice(0, scales);
  const sum = weights.reduce((a, b) => a + b, 0);
  const [a, b] = [planesOf(x, shape), planesOf(y, shape)];
  const each = a.map((plane, k) => {
    let [p, q] = [plane, b[k] as Plane];
    let product = 1;
    weights.forEach((weight, scale) => {
      const { whole, contrast } = similarity(p, q);
      const value = scale === scales - 1 ? whole : contrast;
      const extended = value >= 0.01 ? value : 0.01 * Math.exp((value - 0.01) / 0.01);
      product *= extended ** (weight / sum);
      [p, q] = [halved(p), halved(q)];
    });
    return product;
  });
  return average(each);
}

const window = [1, 4, 6, 4, 1].map((weight) => weight / 16);

/** Burt and Adelson's REDUCE along rows: smoothed, every second place; the border is repeated. */
function reduced(row: readonly number[]): number[] {
  const end = row.length - 1;
  return Array.from({ length: Math.ceil(row.length / 2) }, (_, i) =>
    window.reduce(
      (sum, weight, k) => sum + weight * (row[Math.min(end, Math.max(0, 2 * i + k - 2))] ?? 0),
      0,
    ),
  );
}

/** EXPAND along rows: every second place filled, smoothed, and divided by the weights that met a filled place. */
function expanded(row: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, i) => {
    let [sum, weights] = [0, 0];
    for (let k = -2; k <= 2; k++) {
      const value = (i + k) % 2 === 0 ? row[(i + k) / 2] : undefined;
      if (value === undefined || i + k < 0) continue;
      sum += (window[k + 2] ?? 0) * value;
      weights += window[k + 2] ?? 0;
    }
    return sum / weights;
  });
}

function turned(plane: Plane): number[][] {
  return (plane[0] ?? []).map((_, x) => plane.map((row) => row[x] ?? Number.NaN));
}

/** The levels of a plane's Laplacian pyramid. */
function laplacianLevels(plane: Plane, levels: number): Plane[] {
  if (levels === 1) return [plane];
  const [h, w] = [plane.length, (plane[0] ?? []).length];
  const coarse = turned(turned(plane.map(reduced)).map(reduced));
  const back = turned(turned(coarse.map((row) => expanded(row, w))).map((row) => expanded(row, h)));
  const detail = plane.map((row, y) => row.map((value, x) => value - (back[y]?.[x] ?? Number.NaN)));
  return [detail, ...laplacianLevels(coarse, levels - 1)];
}

/** Sum over levels of 4^level times the absolute differences of two pictures' Laplacian pyramids. */
export function laplacianPyramidReference(x: Numbers, y: Numbers, shape: Shape, levels: number): number {
  const [a, b] = [planesOf(x, shape), planesOf(y, shape)];
  let sum = 0;
  a.forEach((plane, k) => {
    const [p, q] = [laplacianLevels(plane, levels), laplacianLevels(b[k] as Plane, levels)];
    p.forEach((level, j) => {
      const differences = level.flatMap((row, r) => row.map((v, c) => Math.abs(v - (q[j]?.[r]?.[c] ?? NaN))));
      sum += 4 ** j * differences.reduce((total, value) => total + value, 0);
    });
  });
  return sum;
}

/** -log N(x; made, sigma^2) averaged over examples, with the sigma that makes it least, but not below `least`. */
export function optimalSigma(
  xs: readonly Numbers[],
  made: readonly Numbers[],
  least: number,
): { nats: number; sigma: number } {
  const squares = xs.map((x, n) =>
    Array.from(x).reduce((sum, value, i) => sum + (value - (made[n]?.[i] ?? Number.NaN)) ** 2, 0),
  );
  const numbers = xs[0]?.length ?? 0;
  const sigma = Math.max(least, Math.sqrt(average(squares) / numbers));
  const each = squares.map(
    (square) => square / (2 * sigma ** 2) + (numbers / 2) * Math.log(2 * Math.PI * sigma ** 2),
  );
  return { nats: average(each), sigma };
}
