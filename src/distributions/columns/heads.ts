import type { ModelColumn } from "../../catalogue/index.js";
import type { Expr } from "../../graph/index.js";
import {
  type ParameterSpecs,
  filledWith,
  uniformWithin,
  times,
  type Weights,
  weightNamed,
} from "../../nn/index.js";
import type { Distribution } from "../distribution.js";
import { type ColumnKind, kindOfColumn } from "./kinds.js";

/** Columns of one kind and size, whose heads are computed together. */
export interface HeadGroup {
  readonly key: string;
  readonly kind: ColumnKind;
  /** The columns, by their places in a row. */
  readonly places: readonly number[];
  readonly rawSize: number;
}

/** The columns in groups that are alike, in the order in which their heads stand. */
export function headGroups(columns: readonly ModelColumn[]): HeadGroup[] {
  const groups = new Map<string, HeadGroup & { readonly places: number[] }>();
  for (const [place, column] of columns.entries()) {
    const kind = kindOfColumn(column);
    const rawSize = kind.rawSize(column);
    const name = column.size === undefined ? column.of : "choice";
    const key = `${name}-${rawSize}${column.most === undefined ? "" : `-${column.most}`}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { key, kind, places: [place], rawSize });
    else known.places.push(place);
  }
  return [...groups.values()];
}

/** The heads' parameters: for each group a weight [columns, width, raw] and a bias [columns, 1, raw]. */
export function headSpecs(groups: readonly HeadGroup[], width: number): ParameterSpecs {
  const init = uniformWithin(1 / Math.sqrt(width));
  return Object.fromEntries(
    groups.flatMap(({ key, places, rawSize }) => [
      [`heads.${key}.weight`, { shape: [places.length, width, rawSize], init }],
      [`heads.${key}.bias`, { shape: [places.length, 1, rawSize], init: filledWith(0) }],
    ]),
  );
}

function weightsOf(
  { key, places, rawSize }: HeadGroup,
  width: number,
  weights: Weights,
): readonly [Expr, Expr] {
  const count = places.length;
  return [
    weightNamed(weights, `heads.${key}.weight`, [count, width, rawSize]),
    weightNamed(weights, `heads.${key}.bias`, [count, 1, rawSize]),
  ];
}

/** The distributions of a group's columns, [columns, rows], from their hidden numbers [rows, columns * width]. */
export function groupDistribution(
  group: HeadGroup,
  hidden: Expr,
  columns: readonly ModelColumn[],
  width: number,
  weights: Weights,
): Distribution {
  const [weight, bias] = weightsOf(group, width, weights);
  const each = hidden.reshape([-1, group.places.length, width]).transpose([1, 0, 2]);
  return group.kind.of(each.matmul(weight).add(bias), columns[group.places[0] ?? 0] as ModelColumn);
}

/** The raw numbers [rows, raw] of one column's head from its hidden numbers [rows, width]. */
export function headOf(group: HeadGroup, place: number, hidden: Expr, width: number, weights: Weights): Expr {
  const [weight, bias] = weightsOf(group, width, weights);
  const i = group.places.indexOf(place);
  const one = (x: Expr): Expr => x.slice(0, i, i + 1).squeeze(0);
  return times(hidden, one(weight)).add(one(bias).squeeze(0));
}
