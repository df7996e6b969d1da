import { choicesOf, columnNumber, groupsOf, type ModelColumn } from "../../catalogue/index.js";
import { constant, type Expr } from "../../graph/index.js";
import { concat } from "../../ops/index.js";
import { tensor } from "../../tensor/index.js";
import { times } from "./times.js";

/** The numbers that a row of a table is to a network. */
export interface ColumnFeatures {
  /** How many there are. */
  readonly size: number;
  /** The column that each belongs to, in the order of the features. */
  readonly owners: readonly number[];
  /** The table's column that each belongs to. */
  readonly groups: readonly number[];
  /** Rows [..., columns] as features [..., size]: all of a column are 0 where it is NaN. */
  apply(x: Expr): Expr;
}

/** Whole numbers as a constant, such as places to gather. */
export const indices = (numbers: readonly number[]): Expr =>
  constant(tensor("int32", [numbers.length], Int32Array.from(numbers)));

const ofNumber = (columns: readonly ModelColumn[], number: ReturnType<typeof columnNumber>): number[] =>
  columns.flatMap((column, i) => (columnNumber(column) === number ? [i] : []));

/** One and zeros for all choices, and where their points lie. */
function choiceFeatures(columns: readonly ModelColumn[]): {
  readonly owners: readonly number[];
  apply(x: Expr): Expr[];
} {
  const choices = columns.flatMap((column, i) =>
    Array.from({ length: choicesOf(column) }, (_, choice) => ({ owner: i, choice, column })),
  );
  const pointed = columns.flatMap(({ points }, i) => (points === undefined ? [] : [i]));
  const owners = choices.map(({ owner }) => owner);
  return {
    owners: [...owners, ...pointed],
    apply(x) {
      if (choices.length === 0) return [];
      const choice = constant(
        choices.map(({ choice }) => choice),
        x.dtype,
      );
      const ones = x.gather(indices(owners), -1).equal(choice).cast(x.dtype);
      if (pointed.length === 0) return [ones];
      const lie = choices.map(({ owner, choice, column }) =>
        pointed.map((place) => (place === owner ? (column.points?.[choice] ?? 0) : 0)),
      );
      return [ones, times(ones, constant(lie, x.dtype))];
    },
  };
}

/**
 * What networks see of rows of a table: ones and zeros for choices (and where a choice of numbers lies), numbers as they
 * are, counts as log(1 + count), angles as sine and cosine; beside each of the last three a 1 where the number is there.
 */
export function columnFeatures(columns: readonly ModelColumn[]): ColumnFeatures {
  const choices = choiceFeatures(columns);
  const numbers = ofNumber(columns, "number");
  const counts = ofNumber(columns, "count");
  const angles = ofNumber(columns, "angle");
  const plain = [...numbers, ...counts, ...angles];
  const group = groupsOf(columns);
  const owners = [...choices.owners, ...numbers, ...counts, ...angles, ...angles, ...plain];
  return {
    size: owners.length,
    owners,
    groups: owners.map((owner) => group[owner] ?? 0),
    apply(x) {
      if (plain.length === 0) return concat(choices.apply(x));
      const values = x.gather(indices(plain), -1);
      const there = values.isNan().not();
      const known = there.where(values, 0);
      const of = (count: number, from: number): Expr => known.slice(-1, from, from + count);
      const flags = there.cast(x.dtype);
      const shown = (count: number, from: number): Expr => flags.slice(-1, from, from + count);
      const parts = [...choices.apply(x)];
      if (numbers.length > 0) parts.push(of(numbers.length, 0));
      if (counts.length > 0) parts.push(of(counts.length, numbers.length).add(1).log());
      if (angles.length > 0) {
        const from = numbers.length + counts.length;
        const angle = of(angles.length, from);
        parts.push(angle.sin().mul(shown(angles.length, from)), angle.cos().mul(shown(angles.length, from)));
      }
      return concat([...parts, flags]);
    },
  };
}
