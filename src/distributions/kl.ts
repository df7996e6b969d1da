import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import type { Distribution } from "./distribution.js";

/** Parameters of either distribution by name. A name that the family lacks is an error of the rule. */
export type RuleParams = Readonly<Record<"loc" | "scale", Expr>> & Readonly<Record<string, Expr>>;

/** KL(p || q) in nats from both distributions' parameters; of the batch shape. */
export type KlRule = (p: RuleParams, q: RuleParams) => Expr;

const rules = new Map<string, KlRule>();

/** Adds the exact KL divergence of a pair of families. A later rule for the same pair replaces the earlier. */
export function registerKl(p: string, q: string, rule: KlRule): void {
  rules.set(`${p} || ${q}`, rule);
}

/**
 * The exact KL(p || q) in nats, of the batch shape, or undefined where no closed form is known. Independent
 * parts add up.
 */
export function exactKl(p: Distribution, q: Distribution): Expr | undefined {
  const rule = rules.get(`${p.name} || ${q.name}`);
  if (rule !== undefined && p.base === undefined && q.base === undefined) {
    return rule(p.params as RuleParams, q.params as RuleParams);
  }
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

/** KL(p || q) in nats: the closed form if there is one, else the estimate at `draw`, a draw of p. */
export function klDivergence(p: Distribution, q: Distribution, draw: Expr): KlDivergence {
  const exact = exactKl(p, q);
  if (exact !== undefined) return { value: exact, method: "exact" };
  return { value: p.logProb(draw).sub(q.logProb(draw)), method: "monteCarlo" };
}
