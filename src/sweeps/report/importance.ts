import { RandomStream } from "../../tensor/index.js";
import type { Dimension } from "../space/space.js";
import type { Point } from "../state.js";
import type { TrialRow } from "../table.js";
import { type Example, forest } from "./forest.js";

/** How much of what a sweep found is due to one setting. */
export interface Importance {
  readonly path: string;
  readonly name: string;
  /** Share of the variance over the space that goes when the setting is held fixed, alone and together with others. */
  readonly total: number;
}

/** The importance of all settings, and how far it can be trusted. */
export interface Importances {
  readonly settings: readonly Importance[];
  /** Trials that it was learned from. */
  readonly trials: number;
  /** Epochs at which these were compared; undefined where each was trained to its own end. */
  readonly epochs?: number;
  /** Share of the variance between trials that the forest foretells of those that a tree hasn't seen; at most 1, below 0 if it only guesses. */
  readonly explained: number;
}

/** Fewer measured trials tell nothing of importance. */
export const fewestTrials = 8;
const draws = 1024;
/** Fewer values than this at some epochs tell less than more at fewer epochs. */
const enough = 10;

/** A point and what it came to, less or more being better as may be. */
export interface Compared {
  readonly point: Point;
  readonly value: number;
}

const isSound = ({ state }: TrialRow): boolean => state !== "pruned" && state !== "failed";

/**
 * Trials with a value, compared at equal epochs where runs are stopped early: at the most for which there are ten values, else at
 * those for which there are most. What is out of the running is left out.
 */
export function comparedOf(
  rows: readonly TrialRow[],
  stoppedEarly: boolean,
): { readonly trials: readonly Compared[]; readonly epochs?: number } {
  const sound = rows.filter(isSound);
  const finite = (point: Point, value: number | null | undefined): Compared[] =>
    typeof value === "number" && Number.isFinite(value) ? [{ point, value }] : [];
  if (!stoppedEarly) return { trials: sound.flatMap(({ point, value }) => finite(point, value)) };
  const at = (epochs: number): Compared[] =>
    sound.flatMap(({ point, rungs }) => finite(point, rungs.find((rung) => rung.epochs === epochs)?.value));
  const levels = [...new Set(sound.flatMap(({ rungs }) => rungs.map(({ epochs }) => epochs)))]
    .sort((a, b) => b - a)
    .map((epochs) => ({ epochs, trials: at(epochs) }));
  const most = Math.max(0, ...levels.map(({ trials }) => trials.length));
  return levels.find(({ trials }) => trials.length >= Math.min(enough, most)) ?? { trials: [] };
}

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
  measured: readonly Compared[],
  seed = 0,
): Importances | undefined {
  if (measured.length < fewestTrials) return undefined;
  const order = [...measured].sort((a, b) => a.value - b.value);
  const examples: Example[] = order.map(({ point }, i) => ({
    places: placesOf(dimensions, point),
    value: i / (order.length - 1),
  }));
  const { answer: learned, explained } = forest(examples, { seed });
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
  const settings = dimensions.map(({ path, name }, d) => {
    const squares = a.reduce((sum, places, i) => {
      const other = learned(places.map((place, j) => (j === d ? (b[i]?.[j] ?? place) : place)));
      return sum + ((answers[i] ?? 0) - other) ** 2;
    }, 0);
    return { path, name, total: variance < 1e-12 ? 0 : squares / (2 * draws * variance) };
  });
  return { settings, trials: measured.length, explained };
}

/** The importance of a sweep's settings; undefined where fewer than 8 trials can be compared. */
export function importancesOf(
  dimensions: readonly Dimension[],
  rows: readonly TrialRow[],
  stoppedEarly: boolean,
): Importances | undefined {
  const { trials, epochs } = comparedOf(rows, stoppedEarly);
  const found = importances(dimensions, trials);
  return found && { ...found, ...(epochs !== undefined && { epochs }) };
}
