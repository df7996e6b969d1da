import type { ColumnLikelihood, ModelColumn } from "../../catalogue/index.js";
import type { Expr } from "../../graph/index.js";
import { iota } from "../../ops/index.js";
import type { Distribution } from "../distribution.js";
import { logistic } from "../logistic.js";
import { mixtureOf } from "../mixture.js";
import { negativeBinomial } from "../negative-binomial.js";
import { normal } from "../normal.js";
import { poisson } from "../poisson.js";
import { studentT } from "../student-t.js";
import { vonMises } from "../von-mises.js";
import { choiceOf } from "./choice.js";

/** How the number of a column is distributed. */
export interface ColumnKind {
  /** How many numbers its head puts out. */
  rawSize(column: ModelColumn): number;
  /** The distribution of one number from its head's raw numbers [..., rawSize]. */
  of(raw: Expr, column: ModelColumn): Distribution;
}

/** No column of deviation 1 is known more sharply: so far apart are 400 steps of a scale of four deviations. */
const sharpest = 0.01;
/** Components of a mixture. */
const components = 6;

const part = (raw: Expr, i: number): Expr => raw.slice(-1, i, i + 1).squeeze(-1);
const scaleOf = (raw: Expr): Expr => raw.softplus().add(sharpest);

const choice: ColumnKind = { rawSize: ({ size = 1 }) => size, of: (raw) => choiceOf(raw) };

/** The greatest count that is drawn. */
const mostOf = ({ most = 255 }: ModelColumn): number => most;

/** A distribution of counts with draws, which are 0 to `most`. */
function drawnCounts(counts: Distribution, lifted: Distribution, most: number): Distribution {
  const dtype = Object.values(counts.params)[0]?.dtype ?? "float32";
  const logits = lifted.logProb(iota(most + 1).cast(dtype));
  return { ...counts, sample: (noise, sampleShape) => drawOf(logits, noise, sampleShape) };
}

const drawOf = (
  logits: Expr,
  ...[noise, sampleShape]: Parameters<NonNullable<Distribution["sample"]>>
): Expr => {
  const { sample } = choiceOf(logits);
  return (sample as NonNullable<typeof sample>)(noise, sampleShape);
};

const kinds: Readonly<Record<ColumnLikelihood, ColumnKind>> = {
  categorical: choice,
  ordinal: choice,
  bernoulli: choice,
  normal: {
    rawSize: () => 2,
    of: (raw) => normal.of({ loc: part(raw, 0), scale: scaleOf(part(raw, 1)) }),
  },
  "student-t": {
    rawSize: () => 3,
    of: (raw) =>
      studentT.of({
        loc: part(raw, 0),
        scale: scaleOf(part(raw, 1)),
        df: part(raw, 2).softplus().add(2),
      }),
  },
  mixture: {
    rawSize: () => 3 * components,
    of: (raw) => {
      const [logits, loc, scale] = raw.split(-1, [components, components, components]) as [Expr, Expr, Expr];
      return mixtureOf(logits, logistic.of({ loc, scale: scaleOf(scale) }));
    },
  },
  poisson: {
    rawSize: () => 1,
    of: (raw, column) => {
      const rate = raw.softplus();
      return drawnCounts(poisson.of({ rate: part(rate, 0) }), poisson.of({ rate }), mostOf(column));
    },
  },
  "negative-binomial": {
    rawSize: () => 2,
    of: (raw, column) => {
      const [mean, dispersion] = raw.softplus().split(-1, [1, 1]) as [Expr, Expr];
      const params = { mean, dispersion: dispersion.add(1e-3) };
      const flat = { mean: mean.squeeze(-1), dispersion: params.dispersion.squeeze(-1) };
      return drawnCounts(negativeBinomial.of(flat), negativeBinomial.of(params), mostOf(column));
    },
  },
  "von-mises": {
    rawSize: () => 3,
    of: (raw) =>
      vonMises.of({ loc: part(raw, 0).atan2(part(raw, 1)), concentration: part(raw, 2).softplus() }),
  },
};

/** How the number of a column is distributed. */
export function kindOfColumn({ of }: ModelColumn): ColumnKind {
  return kinds[of];
}
