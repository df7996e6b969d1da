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

/** A heart, as points [n, 2] along its line. */
export function heart(count = 400): Float32Array {
  const points = Array.from({ length: count }, (_, i) => {
    const t = (i / count) * 2 * Math.PI;
    const y = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
    return [2 * Math.sin(t) ** 3, y / 8];
  });
  return Float32Array.from(points.flat());
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
