import { RandomStream } from "../../tensor/index.js";
import { type Dimension, pointBy } from "../space/space.js";
import { frequencies, parzen } from "./parzen.js";
import { randomPoint } from "./random.js";
import type { Observation, SearchInfo, SearchRequest } from "./search.js";

/** How `tpe` searches. */
interface TpeOptions {
  readonly startup: number;
  readonly candidates: number;
  readonly gamma: number;
}

interface Divided {
  readonly good: readonly Observation[];
  readonly bad: readonly Observation[];
}

/** The best share of the points, and the others; those that are not known yet count as bad, so that others are tried meanwhile. */
function divide(history: readonly Observation[], gamma: number): Divided {
  const known = history.filter(({ value }) => value !== undefined);
  const sound = known.filter(({ value }) => Number.isFinite(value));
  const sorted = [...sound].sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
  const good = new Set(sorted.slice(0, Math.max(1, Math.ceil(gamma * sorted.length))));
  return { good: [...good], bad: history.filter((one) => !good.has(one)) };
}

const valuesAt = ({ path }: Dimension, observations: readonly Observation[]): number[] =>
  observations.flatMap(({ point }) => point[path] ?? []);

/** The value of one setting that is likelier by far among good points than among bad ones, of some drawn from the good ones. */
function valueOf(dimension: Dimension, divided: Divided, stream: RandomStream, candidates: number): number {
  const { range } = dimension;
  const uniforms = stream.uniform(new Float64Array(2 * candidates), 0);
  const [good, bad] = [valuesAt(dimension, divided.good), valuesAt(dimension, divided.bad)];
  const draws: { readonly value: number; readonly score: number }[] = [];
  if (range.options !== undefined) {
    const [l, g] = [frequencies(good, range.count), frequencies(bad, range.count)];
    for (let i = 0; i < candidates; i++) {
      let left = uniforms[i] ?? 0;
      const value = l.findIndex((share) => (left -= share) <= 0);
      draws.push({ value: Math.max(value, 0), score: Math.log((l[value] ?? 1) / (g[value] ?? 1)) });
    }
  } else {
    const places = (values: readonly number[]): number[] => values.map((value) => range.placeOf(value));
    const [l, g] = [parzen(places(good)), parzen(places(bad))];
    for (let i = 0; i < candidates; i++) {
      const value = range.at(l.draw(uniforms[2 * i] ?? 0, uniforms[2 * i + 1] ?? 0));
      const place = range.placeOf(value);
      draws.push({ value, score: l.logDensity(place) - g.logDensity(place) });
    }
  }
  return draws.reduce((best, draw) => (draw.score > best.score ? draw : best)).value;
}

function propose({ space, history, index, seed }: SearchRequest, options: TpeOptions) {
  const known = history.filter(({ value }) => value !== undefined && Number.isFinite(value));
  if (known.length < options.startup) return randomPoint(space, seed, index);
  const divided = divide(history, options.gamma);
  return pointBy(space, (dimension, i) =>
    valueOf(dimension, divided, new RandomStream(seed, "tpe", index, i), options.candidates),
  );
}

/** What the catalogue knows of it. */
export const tpeInfo: SearchInfo = {
  name: "tpe",
  description:
    "points that are likelier among the best than among the others: tree-structured Parzen estimators (Bergstra et al. 2011)",
  options: {
    startup: {
      type: "integer",
      min: 1,
      default: 10,
      about: "points at random before the first that is chosen",
    },
    candidates: {
      type: "integer",
      min: 1,
      max: 10_000,
      default: 24,
      about: "draws of which the best is taken",
    },
    gamma: {
      type: "number",
      min: 0.001,
      max: 0.999,
      default: 0.2,
      about: "the share of points that counts as best",
    },
  },
  examples: ["tpe", "tpe(startup=5, candidates=8, gamma=0.25)"],
  make({ startup = 10, candidates = 24, gamma = 0.2 }) {
    const options = { startup, candidates, gamma } as TpeOptions;
    return { name: "tpe", config: { ...options }, propose: (request) => propose(request, options) };
  },
};
