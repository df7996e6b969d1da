/** The normal distribution's density. */
export function density(x: number, mean: number, deviation: number): number {
  const z = (x - mean) / deviation;
  return Math.exp(-0.5 * z * z) / (deviation * Math.sqrt(2 * Math.PI));
}

/** KL(N(mean, deviation^2) || N(0, 1)) in nats: what the place costs and what the width costs. */
export function klParts(mean: number, deviation: number): { readonly place: number; readonly width: number } {
  return { place: mean ** 2 / 2, width: (deviation ** 2 - 1 - Math.log(deviation ** 2)) / 2 };
}

interface Frame {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** Pixels from the top to the curve's foot. */
  readonly foot: number;
  /** Pixels of a density of 1. */
  readonly height: number;
  /** No curve is higher than so many pixels. */
  readonly most: number;
}

/** Where a number is across a frame. */
export const across = ({ from, to, width }: Pick<Frame, "from" | "to" | "width">, x: number): number =>
  ((x - from) / (to - from)) * width;

/** A bell as the path of an SVG, closed along its foot. */
export function bellPath(frame: Frame, mean: number, deviation: number): string {
  const { from, to, foot, height, most } = frame;
  const scale = Math.min(height, most / density(mean, mean, deviation));
  const count = 160;
  const grid = Array.from({ length: count + 1 }, (_, i) => from + ((to - from) * i) / count);
  const near = Array.from({ length: 41 }, (_, i) => mean + deviation * (i / 5 - 4));
  const xs = [...grid, ...near.filter((x) => x > from && x < to)].sort((a, b) => a - b);
  const line = xs.map(
    (x) => `${across(frame, x).toFixed(1)} ${(foot - density(x, mean, deviation) * scale).toFixed(1)}`,
  );
  return `M${across(frame, from)} ${foot}L${line.join("L")}L${across(frame, to)} ${foot}Z`;
}
