import type { RunSpec } from "latent/web";

/** A choice of distributions in the step about others, and how its codes are drawn. */
export interface Shape {
  readonly spec: RunSpec;
  readonly extent?: number;
  readonly middle?: number;
  readonly rings?: readonly number[];
  readonly square?: readonly [number, number];
  readonly behind?: Float32Array;
}

const isInHeart = (x: number, y: number): boolean => (x * x + y * y - 1) ** 3 <= x * x * y ** 3;

/** A heart, as points [n, 2] spread evenly over it. */
export function heart(count = 900): Float32Array {
  const points: number[] = [];
  for (let i = 1; points.length < 2 * count; i++) {
    const [x, y] = [((i * 0.754_878) % 1) * 2.4 - 1.2, ((i * 0.569_84) % 1) * 2.4 - 1.1];
    if (isInHeart(x, y)) points.push(2 * x, 2 * y);
  }
  return Float32Array.from(points);
}

const drawn = heart();

export const shapes = {
  normal: { spec: { objective: "elbo" }, extent: 4, rings: [1, 2, 3] },
  circle: {
    spec: { posterior: "von-mises-fisher", prior: "hyperspherical-uniform" },
    extent: 1.25,
    rings: [1],
  },
  sphere: {
    spec: { posterior: "von-mises-fisher", prior: "hyperspherical-uniform", latent: 3 },
    extent: 1.25,
    rings: [1],
  },
  square: {
    spec: { posterior: "kumaraswamy", prior: "uniform(low=0, high=1)" },
    extent: 0.65,
    middle: 0.5,
    square: [0, 1],
  },
  laplace: { spec: { posterior: "laplace", prior: "laplace" }, extent: 6 },
  heart: {
    spec: { objective: "sliced-wasserstein(lambda=1000)", batchSize: 128, epochs: 20 },
    extent: 3,
    behind: drawn,
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof shapes;
export const shapeNames = Object.keys(shapes) as ShapeName[];
