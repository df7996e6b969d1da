import { type Expr, requireExpression } from "../graph/index.js";
import "../ops/index.js";
import { requireArgument } from "../catalogue/index.js";
import type { Distribution } from "./distribution.js";
import { aDistribution } from "./arguments.js";
import "./kl-pairs.js"; // who asks for divergences has the rules between families, whatever else a bundler leaves out
import { klRule, type RuleParams } from "./kl-rules.js";

/** Joint distributions of parts of the same sizes, part by part. */
function pairedParts(p: Distribution, q: Distribution): [Distribution, Distribution][] | undefined {
  if (p.parts === undefined || p.parts.length !== q.parts?.length) return undefined;
  const pairs = p.parts.map((part, i): [Distribution, Distribution] => [part, q.parts?.[i] ?? part]);
  return pairs.every(([a, b]) => a.shape.at(-1) === b.shape.at(-1)) ? pairs : undefined;
}

/**
 * The exact KL(p || q) in nats, of the batch shape, or undefined where no closed form is known. A rule for the
 * two as they are comes first; independent elements and parts add up.
 */
export function exactKl(p: Distribution, q: Distribution): Expr | undefined {
  requireArgument("exactKl", "p", p, aDistribution);
  requireArgument("exactKl", "q", q, aDistribution);
  const rule = klRule(p.name, q.name);
  const elementwise = p.base !== undefined && q.base !== undefined;
  if (rule !== undefined && !elementwise && p.eventRank === q.eventRank) {
    return rule(p.params as RuleParams, q.params as RuleParams, p, q);
  }
  const terms = pairedParts(p, q)?.map(([a, b]) => exactKl(a, b));
  if (terms?.every((term) => term !== undefined)) return terms.reduce((sum, term) => sum.add(term));
  if (p.base === undefined || q.base === undefined) return undefined;
  const axes = p.eventRank - p.base.eventRank;
  if (axes !== q.eventRank - q.base.eventRank) return undefined;
  return exactKl(p.base, q.base)?.sum(Array.from({ length: axes }, (_, i) => -1 - i));
}

/** A KL divergence and how it was got. */
export interface KlDivergence {
  /** In nats, of the batch shape. */
  readonly value: Expr;
  /** `exact`: a closed form. `monteCarlo`: log p(z) - log q(z) at the given draw of p. */
  readonly method: "exact" | "monteCarlo";
}

/**
 * KL(p || q) in nats: the closed form if there is one, else the estimate at `draw`, a draw of p. Of joint
 * distributions only the parts without a closed form are estimated. Throws a UserError if p or q has no density.
 */
export function klDivergence(p: Distribution, q: Distribution, draw: Expr): KlDivergence {
  requireArgument("klDivergence", "p", p, aDistribution);
  requireArgument("klDivergence", "q", q, aDistribution);
  requireExpression("klDivergence", draw, "the draw");
  const exact = exactKl(p, q);
  if (exact !== undefined) return { value: exact, method: "exact" };
  const pairs = pairedParts(p, q);
  if (pairs !== undefined) {
    const draws = draw.split(
      -1,
      pairs.map(([part]) => part.shape.at(-1) as number),
    );
    const terms = pairs.map(([a, b], i) => klDivergence(a, b, draws[i] as Expr).value);
    return { value: terms.reduce((sum, term) => sum.add(term)), method: "monteCarlo" };
  }
  return { value: p.logProb(draw).sub(q.logProb(draw)), method: "monteCarlo" };
}
