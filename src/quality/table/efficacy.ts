import type { Feature } from "../boosting/bins.js";
import { boostedClasses, boostedNumbers, type ClassPredictions } from "../boosting/predict.js";
import { accuracy, f1Of, macroF1, r2, rocAuc } from "../learn/scores.js";
import { UserError } from "../../tensor/index.js";
import {
  type CategoryColumn,
  isCategory,
  MISSING_LABEL,
  type Role,
  type TypedColumn,
  type TypedTables,
} from "./columns.js";
import { featuresOf } from "./features.js";

/** How well the target is predicted in the held-out rows: of classes accuracy, F1 and, of two, ROC-AUC; of a number R². */
export interface EfficacyScores {
  readonly accuracy?: number;
  readonly f1?: number;
  readonly roc_auc?: number;
  readonly r2?: number;
}

/** The scores of models trained on real and on synthetic rows; see `TableQuality`. */
export interface Efficacy {
  readonly real: EfficacyScores;
  readonly synthetic: EfficacyScores;
  readonly ratio: number | null;
}

function rowsWith(column: TypedColumn, role: Role): Uint32Array {
  const values = column[role];
  const missing = isCategory(column)
    ? (i: number): boolean => values[i] === MISSING_LABEL
    : (i: number): boolean => Number.isNaN(values[i]);
  return Uint32Array.from({ length: values.length }, (_, i) => i).filter((i) => !missing(i));
}

interface Fit {
  readonly role: "train" | "synthetic";
  readonly features: readonly Feature[];
  readonly unseen: readonly Feature[];
  readonly unseenRows: Uint32Array;
}

/** Classes of a column over rows, in the order of their labels' texts. */
function classesIn({ labels, ...codes }: CategoryColumn, role: Role, rows: Uint32Array): number[] {
  const text = (code: number): string => labels[code] ?? "";
  return [
    ...new Set(rows.length === 0 ? [] : Array.from(rows, (row) => codes[role][row] ?? MISSING_LABEL)),
  ].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

/** Codes and how many rows have them, the most frequent first. */
function counted(codes: Int32Array, rows: Uint32Array): (readonly [code: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(codes[row] ?? 0, (counts.get(codes[row] ?? 0) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function classScores(
  truth: Int32Array,
  classes: readonly number[],
  { probabilities, labels }: ClassPredictions,
  rare: number | undefined,
): EfficacyScores {
  const told = Int32Array.from(labels, (label) => classes[label] ?? MISSING_LABEL);
  const scores = { accuracy: accuracy(truth, told) };
  if (rare === undefined) return { ...scores, f1: macroF1(truth, told) };
  const own = classes.length === 2 ? probabilities[classes.indexOf(rare)] : undefined;
  const isRare = truth.map((code) => (code === rare ? 1 : 0));
  return {
    ...scores,
    f1: f1Of(truth, told, rare),
    ...(own !== undefined && { roc_auc: rocAuc(isRare, own) }),
  };
}

function fitClasses(target: CategoryColumn, { role, features, unseen, unseenRows }: Fit): EfficacyScores {
  const rows = rowsWith(target, role);
  const classes = classesIn(target, role, rows);
  const real = counted(target.train, rowsWith(target, "train"));
  const rare = real.length === 2 ? real[1]?.[0] : undefined;
  const truth = Int32Array.from(unseenRows, (row) => target.test[row] ?? MISSING_LABEL);
  if (classes.length < 2) {
    const certain = {
      probabilities: [],
      labels: new Float64Array(unseenRows.length),
    };
    return classScores(truth, classes, certain, rare);
  }
  const place = new Map(classes.map((code, i) => [code, i]));
  const targets = Float64Array.from(rows, (row) => place.get(target[role][row] ?? 0) ?? 0);
  const told = boostedClasses({ features, rows, targets, unseen, unseenRows }, classes.length);
  return classScores(truth, classes, told, rare);
}

/**
 * Trains a model to predict the target on the real and on the synthetic rows and compares them on held-out real ones. Throws a
 * UserError if the target is missing in every row of a table.
 */
export function efficacyOf({ columns }: TypedTables, name: string): Efficacy {
  const target = columns.find((column) => column.name === name);
  if (target === undefined) throw new UserError(`there is no column "${name}"`);
  const roles = ["train", "synthetic", "test"] as const;
  for (const role of roles) {
    if (rowsWith(target, role).length > 0) continue;
    throw new UserError(
      `the target "${name}" is missing in every row of the ${role} table; nothing can be learnt of it`,
    );
  }
  const [train = [], synthetic = [], test = []] = featuresOf(
    columns.filter((column) => column !== target),
    roles,
  );
  const unseen = { unseen: test, unseenRows: rowsWith(target, "test") };
  const score = (role: "train" | "synthetic", features: readonly Feature[]): EfficacyScores => {
    const fit = { role, features, ...unseen };
    if (isCategory(target)) return fitClasses(target, fit);
    const rows = rowsWith(target, role);
    const targets = Float64Array.from(rows, (row) => target[role][row] ?? 0);
    const truth = Float64Array.from(unseen.unseenRows, (row) => target.test[row] ?? 0);
    return { r2: r2(truth, boostedNumbers({ features, rows, targets, ...unseen })) };
  };
  const [real, made] = [score("train", train), score("synthetic", synthetic)];
  const [of, by] = [made.f1 ?? made.r2 ?? 0, real.f1 ?? real.r2 ?? 0];
  return { real, synthetic: made, ratio: by > 0 ? of / by : null };
}
