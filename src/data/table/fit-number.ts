import { UserError } from "../../tensor/index.js";
import type {
  AngleColumn,
  ChoicesColumn,
  Counted,
  CountColumn,
  Minus,
  ScoresColumn,
  StandardColumn,
} from "./fitted.js";
import type { CellReading } from "./reading.js";
import type { TableColumn } from "./schema.js";
import { type CountedNumbers, knotsOf, normalScores } from "./scores.js";

/** At most so many distinct numbers, each on average in so many rows, are choices. */
export const [mostChoices, rowsPerChoice] = [200, 15];
/** More choices than this are refused where they are asked for. */
const mostAsked = 1000;
/** A number is an atom if it takes up this share of the rows, is so many times as frequent as others, and in so many rows. */
const [atomShare, atomTimes, atomRows] = [0.02, 8, 10];
const mostAtoms = 20;

/** A column's numbers in the training rows. */
export interface NumberFacts extends CountedNumbers {
  /** How each is mostly written. */
  readonly texts?: readonly string[];
  readonly missing?: Counted;
  readonly minus?: Minus;
}

const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);

/** Normal scores with mean 0 and deviation 1, each counted as often as it occurs. */
export function standardPoints(numbers: CountedNumbers): number[] {
  const scores = normalScores(numbers);
  const total = sum(numbers.counts);
  const weigh = (of: (score: number) => number): number =>
    scores.reduce((all, score, i) => all + of(score) * (numbers.counts[i] ?? 0), 0) / total;
  const mean = weigh((score) => score);
  const scale = Math.sqrt(weigh((score) => (score - mean) ** 2)) || 1;
  return scores.map((score) => (score - mean) / scale);
}

function atomsOf({ values, counts }: CountedNumbers): { atoms: CountedNumbers; others: CountedNumbers } {
  const total = sum(counts);
  const places = counts.map((_, i) => i);
  const atoms = new Set(
    places
      .filter((i) => {
        const own = counts[i] ?? 0;
        const usual = (total - own) / Math.max(1, counts.length - 1);
        return own >= atomRows && own >= atomShare * total && own >= atomTimes * usual;
      })
      .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
      .slice(0, mostAtoms),
  );
  const pick = (keep: (i: number) => boolean): CountedNumbers => ({
    values: values.filter((_, i) => keep(i)),
    counts: counts.filter((_, i) => keep(i)),
  });
  return { atoms: pick((i) => atoms.has(i)), others: pick((i) => !atoms.has(i)) };
}

function asChoices(
  column: TableColumn,
  facts: NumberFacts,
  of: ChoicesColumn["of"],
  reading: CellReading,
): ChoicesColumn {
  const { values, counts, texts, missing, minus } = facts;
  if (values.length > mostAsked) {
    throw new UserError(
      `the column "${column.name}" has ${values.length} different values, of which at most ${mostAsked} can be choices; ` +
        'set its "likelihood" to "mixture" or "auto"',
    );
  }
  return {
    name: column.name,
    as: "choices",
    of,
    texts: texts ?? values.map((value) => reading.format(value)),
    counts: [...counts],
    values: [...values],
    points: standardPoints(facts),
    ...(missing === undefined ? {} : { missing }),
    ...(minus === undefined ? {} : { minus }),
  };
}

/** From so many different numbers on, that all are multiples of one is no chance. */
const stepValues = 20;

/** What all numbers are multiples of, in units of the last decimal, if that is more than 1 of these. */
function stepOf({ decimals, kind }: TableColumn, values: readonly number[]): number | undefined {
  if (values.length < stepValues) return undefined;
  const scale = ["date", "datetime", "time"].includes(kind)
    ? 1
    : decimals === undefined
      ? Number.NaN
      : 10 ** decimals;
  let common = 0;
  for (const value of values) {
    const units = Math.abs(Math.round(value * scale));
    if (!Number.isSafeInteger(units) || Math.abs(Math.abs(value * scale) - units) > 1e-6 * Math.max(1, units))
      return undefined;
    for (let rest = units; rest !== 0; ) [common, rest] = [rest, common % rest];
    if (common === 1) return undefined;
  }
  return common > 1 ? common / scale : undefined;
}

function requireCounts(column: TableColumn, { values }: CountedNumbers, of: string): void {
  const bad = values.find((value) => value < 0 || !Number.isInteger(value));
  if (bad === undefined) return;
  throw new UserError(
    `the column "${column.name}" can't have the likelihood "${of}", which is of whole numbers from 0: it holds ${bad}`,
  );
}

/**
 * Whether a column has few values and many gaps: then it is to be filled in rather than drawn anew, which a normal distribution on
 * the column's own scale does better (docs/decisions/tables.md).
 */
function isSparse(present: number, missing: number): boolean {
  return present < 2000 && missing > present / 4;
}

type Fitted = ChoicesColumn | ScoresColumn | StandardColumn | CountColumn | AngleColumn;

/** What is learned of a column of numbers, dates or times. */
export function fitNumbers(column: TableColumn, facts: NumberFacts, reading: CellReading): Fitted {
  const { name, likelihood = "auto" } = column;
  const { values, counts, missing, minus } = facts;
  const total = sum(counts);
  const round = column.kind === "angle";
  const few = values.length <= 2 || (values.length <= mostChoices && total >= rowsPerChoice * values.length);
  const usual = missing !== undefined && isSparse(total, sum(missing.counts)) ? "normal" : "mixture";
  const of = likelihood !== "auto" ? likelihood : round ? "von-mises" : few ? "ordinal" : usual;
  if (of === "ordinal" || of === "categorical") return asChoices(column, facts, of, reading);
  if (of === "bernoulli") {
    if (values.length === 2 && missing === undefined) return asChoices(column, facts, of, reading);
    throw new UserError(
      `the column "${name}" can't have the likelihood "bernoulli", which is of two values of which none is missing: it has ` +
        `${values.length}${missing === undefined ? "" : " and missing ones"}`,
    );
  }
  const common = {
    name,
    range: [values[0] ?? 0, values.at(-1) ?? 0] as const,
    ...(missing === undefined ? {} : { missing }),
    ...(minus === undefined ? {} : { minus }),
  };
  if (of === "poisson" || of === "negative-binomial") {
    requireCounts(column, facts, of);
    return { ...common, as: "count", of };
  }
  if (of === "von-mises") {
    const [from, to] =
      column.kind === "time" && column.range === undefined ? [0, 86_400] : (column.range ?? [0, 360]);
    if (!(to > from))
      throw new UserError(`the column "${name}" goes round and needs a "range", such as [0, 24]`);
    return { ...common, as: "angle", of, from, period: to - from };
  }
  const { atoms, others } = atomsOf(facts);
  const step = stepOf(column, values);
  const inner = others.values.length === 0 ? facts : others;
  const gate = {
    ...(atoms.values.length === 0 || others.values.length === 0 ? {} : { atoms }),
    ...(step === undefined ? {} : { step }),
  };
  if (of === "mixture") return { ...common, ...gate, as: "scores", of, knots: knotsOf(inner) };
  const log = column.kind === "positive" && (inner.values[0] ?? 0) > 0;
  const own = log ? inner.values.map(Math.log) : inner.values;
  const n = sum(inner.counts);
  const mean = own.reduce((all, value, i) => all + value * (inner.counts[i] ?? 0), 0) / n;
  const spread = own.reduce((all, value, i) => all + (value - mean) ** 2 * (inner.counts[i] ?? 0), 0) / n;
  return { ...common, ...gate, as: "standard", of, log, mean, scale: Math.sqrt(spread) || 1 };
}
