import { type Expr } from "../../graph/index.js";
import {
  columnFeatures,
  indices,
  type NoiseSource,
  times,
  type Weights,
  weightNamed,
} from "../../nn/index.js";
import { concat } from "../../ops/index.js";
import type { Shape } from "../../tensor/index.js";
import { bent } from "./bend.js";
import { withoutAbsent } from "./choice.js";
import { type HeadGroup, headOf } from "./heads.js";
import type { RowPlan } from "./plan.js";

/** What rows are completed with. */
export interface Completion {
  readonly weights: Weights;
  /** What the decoder puts out, [..., columns * width]. */
  readonly raw: Expr;
  /** What is given of the rows [..., columns], NaN where a number is to be found; default nothing is. */
  readonly given?: Expr;
  /** What they are drawn with; default each column gets its most likely choice or its mean. */
  readonly noise?: NoiseSource;
  readonly sampleShape?: Shape;
  /** Whether no value may come out as missing; default false. */
  readonly present?: boolean;
}

/**
 * Rows of which some columns are given, completed column by column, each drawn from its distribution given z, what was
 * given and what was drawn before.
 */
export function completeRows(plan: RowPlan, of: Completion): Expr {
  const { columns, features, groups, heads, width, total } = plan;
  const { weights, raw, noise, sampleShape = [], present = false } = of;
  const weight = weightNamed(weights, "context.weight", [features.size, total]);
  const lead = [...sampleShape, ...raw.shape.slice(0, -1)];
  let context = sampleShape.length > 0 ? raw.expand([...lead, total], raw) : raw;
  const given = of.given === undefined ? undefined : columnsOf(of.given, columns.length);
  if (of.given !== undefined) context = context.add(times(features.apply(of.given), weight));
  const rows: Expr[] = [];
  for (const [place, column] of columns.entries()) {
    const group = groups.find(({ places }) => places.includes(place)) as HeadGroup;
    const head = heads.indexOf(place);
    const hidden = context.slice(-1, head * width, (head + 1) * width);
    const all = headOf(group, place, bent(hidden, width), width, weights);
    const own = group.kind.of(present ? withoutAbsent(all, column) : all, column);
    const made = (noise === undefined ? own.mean?.() : (own.rsample ?? own.sample)?.(noise)) as Expr;
    const gate = column.gate === undefined ? undefined : rows[column.gate];
    const open = gate === undefined ? made : gate.equal(0).where(made, Number.NaN);
    const known = given?.[place];
    const missing = known?.isNan();
    const value = known === undefined || missing === undefined ? open : missing.where(open, known);
    rows.push(value);
    const fresh = missing === undefined ? value : missing.where(value, Number.NaN);
    const one = columnFeatures([column]);
    const from = features.owners.flatMap((owner, i) => (owner === place ? [i] : []));
    context = context.add(times(one.apply(fresh.unsqueeze(-1)), weight.gather(indices(from))));
  }
  return concat(rows.map((row) => row.unsqueeze(-1)));
}

function columnsOf(x: Expr, count: number): Expr[] {
  return x.split(-1, new Array<number>(count).fill(1)).map((column) => column.squeeze(-1));
}
