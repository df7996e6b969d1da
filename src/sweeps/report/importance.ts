import { RandomStream } from "../../tensor/index.js";
import type { Dimension } from "../space/space.js";
import type { Point } from "../state.js";
import { type Example, forest } from "./forest.js";

/** How much of what a sweep found is due to one setting. */
export interface Importance {
  readonly path: string;
  /** Share of the variance over the space that goes when the setting is held fixed, alone and together with others. */
  readonly total: number;
}

/** Fewer measured trials tell nothing of importance. */
export const fewestTrials = 8;
const draws = 1024;

/** Where a setting isn't of use, it is put in the middle, so that it makes no difference. */
const placesOf = (dimensions: readonly Dimension[], point: Point): number[] =>
  dimensions.map(({ path, range }) => {
    const value = point[path];
    return value === undefined ? 0.5 : range.placeOf(value);
  });

/**
 * The importance of each setting after the idea of fANOVA (Hutter et al. 2014): a forest learns what points came to, and the
 * variance of its answers over the whole space is divided among the settings, here as Sobol's total effects by Jansen's estimate
 * from 1024 random points. Values are ranked first, so that a few diverged runs don't decide. Undefined for fewer than 8 points.
 */
export function importances(
  dimensions: readonly Dimension[],
  measured: readonly { readonly point: Point; readonly value: number }[],
  seed = 0,
): readonly Importance[] | undefined {
  if (measured.length < fewestTrials) return undefined;
  const order = [...measured].sort((a, b) => a.value - b.value);
  const examples: Example[] = order.map(({ point }, i) => ({
    places: placesOf(dimensions, point),
    value: i / (order.length - 1),
  }));
  const learned = forest(examples, { seed });
  const stream = new RandomStream(seed, "importance");
  const cube = (name: string): number[][] => {
    const flat = stream.child(name).uniform(new Float64Array(draws * dimensions.length), 0);
    return Array.from({ length: draws }, (_, i) => [
      ...flat.subarray(i * dimensions.length, (i + 1) * dimensions.length),
    ]);
  };
  const [a, b] = [cube("a"), cube("b")];
  const answers = a.map(learned);
  const centre = answers.reduce((sum, value) => sum + value, 0) / draws;
  const variance = answers.reduce((sum, value) => sum + (value - centre) ** 2, 0) / draws;
  return dimensions.map(({ path }, d) => {
    const squares = a.reduce((sum, places, i) => {
      const other = learned(places.map((place, j) => (j === d ? (b[i]?.[j] ?? place) : place)));
      return sum + ((answers[i] ?? 0) - other) ** 2;
    }, 0);
    return { path, total: variance < 1e-12 ? 0 : squares / (2 * draws * variance) };
  });
}
