import { density } from "./bells";

/**
 * The smallest world that both terms of the ELBO can be seen in: two pictures, equally frequent, that differ in
 * `pixels` pixels; codes of one number. The first has the code N(-m, s^2), the second N(m, s^2), and the decoder is the
 * best there can be, which says of each z how likely either picture is. All numbers are in nats a picture.
 */
export interface World {
  /** Half the distance of the two means. */
  readonly m: number;
  /** The deviation of both. */
  readonly s: number;
}

const pixels = 8;
const grid = 200;

/** Entropy of a choice of two. */
function entropy(p: number): number {
  if (p <= 0 || p >= 1) return 0;
  return -p * Math.log(p) - (1 - p) * Math.log(1 - p);
}

/** What the best decoder still gets wrong: the doubt about each pixel that differs, averaged over the draws. */
export function reconstruction({ m, s }: World): number {
  let sum = 0;
  for (let i = 0; i < grid; i++) {
    const z = m + s * (((i + 0.5) / grid) * 12 - 6);
    const [right, wrong] = [density(z, m, s), density(z, -m, s)];
    sum += right * entropy(wrong / (right + wrong)) * ((12 * s) / grid);
  }
  return pixels * sum;
}

export const klOf = ({ m, s }: World): number => (m * m + s * s - 1 - Math.log(s * s)) / 2;

export interface Pull {
  /** On the mean: positive is outward, away from the other picture's code. */
  readonly place: number;
  /** On the logarithm of the deviation: positive is wider. */
  readonly width: number;
}

const step = 1e-4;

/** The reconstruction's force: how it would fall fastest. */
export function reconstructionPull({ m, s }: World): Pull {
  const at = (dm: number, ds: number): number => reconstruction({ m: m + dm, s: s * Math.exp(ds) });
  return {
    place: (at(-step, 0) - at(step, 0)) / (2 * step),
    width: (at(0, -step) - at(0, step)) / (2 * step),
  };
}

/** The KL's force: towards mean 0 and deviation 1. */
export const klPull = ({ m, s }: World): Pull => ({ place: -m, width: 1 - s * s });

const limit = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** One small step along both forces together, the KL's weighted with beta. */
export function follow(world: World, beta: number, rate = 0.03): World {
  const [free, bound] = [reconstructionPull(world), klPull(world)];
  const scale = rate / Math.max(1, beta / 3);
  const [place, width] = [free.place + beta * bound.place, free.width + beta * bound.width];
  return {
    m: limit(world.m + limit(scale * place, -0.06, 0.06), 0.01, 3.2),
    s: Math.max(0.12, world.s * Math.exp(limit(scale * width, -0.06, 0.06))),
  };
}
