import type { Expr } from "../graph/index.js";
import { logMinusDigamma, stirlingError } from "../ops/index.js";
import { excess } from "./positive.js";

/*
 * Entropy and divergence of the Dirichlet distribution (and so of the beta distribution), with Stirling's formula
 * in place of log gamma functions and digammas that cancel: what is left are terms of the size of the result.
 */

function total(parts: readonly Expr[]): Expr {
  return parts.reduce((sum, part) => sum.add(part));
}

/** Sums over the coordinates, given as one node each or as the last axis of one node. */
interface Coordinates {
  readonly each: readonly Expr[];
  readonly count: number;
  sum(terms: readonly Expr[]): Expr;
}

function coordinates(a: Expr | readonly Expr[]): Coordinates {
  if (Array.isArray(a)) return { each: a as readonly Expr[], count: a.length, sum: total };
  const node = a as Expr;
  const count = node.shape.at(-1) as number;
  return { each: [node], count, sum: (terms) => (terms[0] as Expr).sum(-1, true) };
}

/** The entropy; for coordinates along the last axis with that axis kept. */
export function dirichletEntropy(a: Expr | readonly Expr[]): Expr {
  const { each, count, sum } = coordinates(a);
  const s = sum(each);
  const slope = logMinusDigamma(s);
  const terms = each.map((x) =>
    x
      .div(s)
      .log()
      .sub(x.log().mul(0.5))
      .add(stirlingError(x))
      .add(x.sub(1).mul(logMinusDigamma(x).sub(slope))),
  );
  const constant = 0.5 * (count - 1) * Math.log(2 * Math.PI);
  return sum(terms).add(s.log().mul(0.5)).sub(stirlingError(s)).add(constant);
}

/** KL of the first to the second; for coordinates along the last axis with that axis kept. */
export function dirichletKl(p: Expr | readonly Expr[], q: Expr | readonly Expr[]): Expr {
  const [left, right] = [coordinates(p), coordinates(q)];
  const [sp, sq] = [left.sum(left.each), right.sum(right.each)];
  const slope = logMinusDigamma(sp);
  const terms = left.each.map((a, i) => {
    const b = right.each[i] as Expr;
    const share = a.div(sp).div(b.div(sq));
    return b
      .mul(excess(share))
      .sub(b.div(a).log().mul(0.5))
      .add(stirlingError(b).sub(stirlingError(a)))
      .sub(a.sub(b).mul(logMinusDigamma(a).sub(slope)));
  });
  const totals = stirlingError(sq).sub(stirlingError(sp));
  return left.sum(terms).add(sq.div(sp).log().mul(0.5)).sub(totals);
}
