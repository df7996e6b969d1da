import type { Expr } from "../../graph/index.js";
import { indices, times, type Weights, weightNamed } from "../../nn/index.js";
import { concat } from "../../ops/index.js";
import { groupDistribution } from "./heads.js";
import { bent } from "./bend.js";
import type { RowPlan } from "./plan.js";

/** How the heads' share of a row is computed. */
export interface Sight {
  /** Which columns each head sees, [seen, head]. */
  readonly visible: Expr;
  /** A factor for each of a row's features [..., features]: 0 hides it from all heads. */
  readonly shown?: Expr;
}

/** The part of the heads' first weight that they may use. */
function maskedWeight({ features, heads, width, total }: RowPlan, weights: Weights, visible: Expr): Expr {
  const weight = weightNamed(weights, "context.weight", [features.size, total]);
  const mask = visible.gather(indices(features.owners)).gather(indices(heads), 1);
  const blocks = weight.reshape([features.size, heads.length, width]).mul(mask.unsqueeze(2));
  return blocks.reshape([features.size, total]);
}

/** log p of the columns of each group, [columns, rows], 0 where x is NaN; and the rows' leading axes. */
function groupLogProbs(
  plan: RowPlan,
  weights: Weights,
  raw: Expr,
  x: Expr,
  { visible, shown }: Sight,
): { readonly each: Expr[]; readonly lead: Expr["shape"] } {
  const { columns, features, groups, width, total } = plan;
  const seen = features.apply(x);
  const context = times(shown === undefined ? seen : seen.mul(shown), maskedWeight(plan, weights, visible));
  const hidden = bent(raw.add(context), width);
  const lead = hidden.shape.slice(0, -1);
  const rows = hidden.reshape([-1, total]).split(
    -1,
    groups.map(({ places }) => places.length * width),
  );
  const like = hidden.slice(-1, 0, columns.length);
  const values = x
    .expand([...lead, columns.length], like)
    .reshape([-1, columns.length])
    .transpose();
  const there = values.isNan().not();
  const known = there.where(values, 0);
  const each = groups.map((group, i) => {
    const places = indices(group.places);
    const own = groupDistribution(group, rows[i] as Expr, columns, width, weights);
    return there.gather(places).where(own.logProb(known.gather(places)), 0);
  });
  return { each, lead };
}

/** log p of rows x [..., columns] given the decoder's output `raw`, [...]. */
export function rowLogProb(plan: RowPlan, weights: Weights, raw: Expr, x: Expr, sight: Sight): Expr {
  const { each, lead } = groupLogProbs(plan, weights, raw, x, sight);
  const sums = each.map((group) => group.sum(0));
  return sums.reduce((total, sum) => total.add(sum)).reshape(lead);
}

/** log p of each column of rows x, [..., columns]. */
export function columnLogProbs(plan: RowPlan, weights: Weights, raw: Expr, x: Expr, sight: Sight): Expr {
  const { each, lead } = groupLogProbs(plan, weights, raw, x, sight);
  const places = plan.columns.map((_, place) => plan.heads.indexOf(place));
  const ordered = concat(each, 0).gather(indices(places)).transpose();
  return ordered.reshape([...lead, plan.columns.length]);
}
