import { countOf, isActive, type Space } from "../space/space.js";
import type { Point } from "../state.js";
import type { SearchInfo } from "./search.js";

/** All points of a grid, the last setting changing fastest; a continuous setting has `points` values. */
export function* gridPoints(
  { dimensions }: Space,
  points: number,
  at = 0,
  point: Point = {},
): Generator<Point> {
  const dimension = dimensions[at];
  if (dimension === undefined) {
    yield point;
    return;
  }
  if (!isActive(dimension, point)) {
    yield* gridPoints({ dimensions } as Space, points, at + 1, point);
    return;
  }
  for (const value of dimension.range.grid(points)) {
    yield* gridPoints({ dimensions } as Space, points, at + 1, { ...point, [dimension.path]: value });
  }
}

/** The length of the grid, counted no further than `most`. */
function lengthOf(space: Space, points: number, most = 1_000_000): number {
  let count = 0;
  for (const point of gridPoints(space, points)) if (point !== undefined && ++count === most) return Infinity;
  return Math.min(count, countOf(space));
}

/** What the catalogue knows of it. */
export const gridInfo: SearchInfo = {
  name: "grid",
  description: "all values of all settings with each other",
  options: {
    points: {
      type: "integer",
      min: 1,
      max: 1000,
      default: 5,
      about: "values of a setting that is continuous",
    },
  },
  examples: ["grid", "grid(points=3)"],
  make({ points = 5 }) {
    const each = points as number;
    return {
      name: "grid",
      config: { points: each },
      count: (space) => lengthOf(space, each),
      propose({ space, index }) {
        let i = 0;
        for (const point of gridPoints(space, each)) if (i++ === index) return point;
        return undefined;
      },
    };
  },
};
