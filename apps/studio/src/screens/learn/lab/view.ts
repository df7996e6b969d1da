/** A point of the latent plane. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const steps = [1, 1.5, 2, 3, 4, 6, 8];

/** The half width of a plane that holds all but a few of the codes [n, z]: a round number. */
export function extentOf(codes: ArrayLike<number>, least = 1): number {
  const sizes = Array.from(codes, Math.abs).sort((a, b) => a - b);
  const needed = Math.max(least, (sizes[Math.ceil((sizes.length - 1) * 0.995)] ?? 0) * 1.08);
  const power = 10 ** Math.floor(Math.log10(needed));
  const step = steps.find((each) => each * power >= needed);
  return step === undefined ? 10 * power : step * power;
}

/** Between two looks: codes a share of the way from one to the other. */
export function between(from: ArrayLike<number>, to: Float32Array, share: number): Float32Array {
  if (share >= 1 || from.length !== to.length) return to;
  return to.map((value, i) => (from[i] as number) + (value - (from[i] as number)) * share);
}

/** A point of space as seen after a turn about the upright axis and a tilt: x, y and how near it is. */
export function seen(
  [x, y, z]: readonly [number, number, number],
  turn: number,
  tilt = 0.45,
): readonly [number, number, number] {
  const across = x * Math.cos(turn) + z * Math.sin(turn);
  const depth = z * Math.cos(turn) - x * Math.sin(turn);
  return [across, y * Math.cos(tilt) - depth * Math.sin(tilt), depth * Math.cos(tilt) + y * Math.sin(tilt)];
}

/** A pair of draws of the standard normal distribution (Box and Muller). */
export function normalPair(random: () => number): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const angle = 2 * Math.PI * random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
