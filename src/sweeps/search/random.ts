import { RandomStream } from "../../tensor/index.js";
import { pointBy, type Space } from "../space/space.js";
import type { Point } from "../state.js";
import type { SearchInfo } from "./search.js";

/** The random point number `index` of a space. */
export function randomPoint(space: Space, seed: number, index: number): Point {
  const places = new RandomStream(seed, "sweep", index).uniform(new Float64Array(space.dimensions.length), 0);
  return pointBy(space, ({ range }, i) => range.at(places[i] ?? 0));
}

/** What the catalogue knows of it. */
export const randomInfo: SearchInfo = {
  name: "random",
  description: "points at random, each by itself",
  options: {},
  make: () => ({
    name: "random",
    config: {},
    propose: ({ space, seed, index }) => randomPoint(space, seed, index),
  }),
};
