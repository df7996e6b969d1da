import { UserError } from "../tensor/index.js";
import { isSpec } from "./spec.js";

/** The distributions that a column of a table can have given the latent variable. */
export type ColumnLikelihood =
  | "categorical"
  | "ordinal"
  | "bernoulli"
  | "normal"
  | "student-t"
  | "mixture"
  | "poisson"
  | "negative-binomial"
  | "von-mises";

/**
 * One of the numbers that a row of a table is to a model. A table's column is one of them, or two: a choice (that the value
 * is missing, or one that the column repeats, or any other) and, behind it, the value itself where it is any other.
 *
 * What the number is, by `of`: the index of one of `size` choices (`categorical`, `ordinal`, `bernoulli`), a count from 0
 * (`poisson`, `negative-binomial`), radians from -pi to pi (`von-mises`), else a number of about mean 0 and deviation 1.
 * NaN stands for what isn't there: the value of a closed gate.
 */
export interface ModelColumn {
  /** The table's column that it belongs to. */
  readonly name: string;
  readonly of: ColumnLikelihood;
  /** How many choices there are. */
  readonly size?: number;
  /** Choices of a column of numbers or ranks: where each lies, standardised; 0 for those that are no number. */
  readonly points?: readonly number[];
  /** The place in the row of the choice of which 0 lets this number exist; it stands right before it. */
  readonly gate?: number;
  /** Of choices, the index of the one that says that the value is missing. */
  readonly absent?: number;
  /** Of counts, the greatest that is drawn; default 255. */
  readonly most?: number;
}

const likelihoods: Readonly<Record<ColumnLikelihood, "choice" | "count" | "angle" | "number">> = {
  categorical: "choice",
  ordinal: "choice",
  bernoulli: "choice",
  normal: "number",
  "student-t": "number",
  mixture: "number",
  poisson: "count",
  "negative-binomial": "count",
  "von-mises": "angle",
};

/** The distributions of columns by name. */
export const columnLikelihoods = Object.keys(likelihoods) as readonly ColumnLikelihood[];

/** What the number of a column is. */
export type ColumnNumber = "choice" | "count" | "angle" | "number";

/** What the number of a column is: the index of a choice, a count, an angle, or a number on a scale of deviation 1. */
export function columnNumber({ of }: ModelColumn): ColumnNumber {
  return likelihoods[of];
}

/** How many choices a column has, 0 if it is none. */
export function choicesOf(column: ModelColumn): number {
  return columnNumber(column) === "choice" ? (column.size ?? 0) : 0;
}

/** The table's columns: for each of a model's columns the number of the table's column that it belongs to. */
export function groupsOf(columns: readonly ModelColumn[]): number[] {
  let group = -1;
  return columns.map(({ gate }, i) => (gate === undefined || gate !== i - 1 ? ++group : group));
}

function whyWrong(column: Partial<ModelColumn>, place: number, before: readonly ModelColumn[]): string {
  const { name, of, size, points, gate, absent } = column;
  if (typeof name !== "string") return "needs a name";
  if (of === undefined || !Object.hasOwn(likelihoods, of)) {
    return `needs "of", one of ${columnLikelihoods.join(", ")}, got ${JSON.stringify(of)}`;
  }
  const choices = likelihoods[of] === "choice";
  if (choices && !(Number.isInteger(size) && (size ?? 0) >= 1)) return "needs its number of choices as size";
  if (!choices && (size ?? points ?? absent) !== undefined)
    return "has no choices, so no size, points or absent";
  if (points !== undefined && !(points.length === size && points.every(Number.isFinite)))
    return `needs ${size} finite numbers as points`;
  if (absent !== undefined && !(Number.isInteger(absent) && absent >= 0 && absent < (size ?? 0)))
    return `has no choice ${absent} to be the missing one`;
  if (gate !== undefined && (choices || gate !== place - 1 || choicesOf(before[gate] as ModelColumn) < 2))
    return "can only have the choice right before it as its gate";
  return "";
}

/** A column as plain data, or as `age(of=ordinal, size=3)` is read. */
function flat(value: unknown): Partial<ModelColumn> {
  if (isSpec(value)) return { name: value.name, ...(value.config as Partial<ModelColumn>) };
  return typeof value === "object" && value !== null ? value : {};
}

/** Columns out of plain data. Throws a UserError that begins with `where` and names the column for what they can't be. */
export function requireModelColumns(where: string, value: unknown): readonly ModelColumn[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new UserError(`${where}: columns must be a list of columns, such as [age(of=normal)]`, 2);
  }
  const columns = value.map(flat) as readonly ModelColumn[];
  for (const [i, column] of columns.entries()) {
    const why = whyWrong(column, i, columns);
    if (why !== "") throw new UserError(`${where}: column ${i} (${String(column.name)}) ${why}`, 2);
  }
  return columns;
}
