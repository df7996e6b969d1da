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
}
