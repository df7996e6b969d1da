import { be, hasMembers, requireArgument } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import type { FamilyFactory } from "./define.js";
import type { Distribution } from "./distribution.js";

/** Parameters of either distribution by name. A name that the family lacks is an error of the rule. */
export type RuleParams = Readonly<Record<"loc" | "scale", Expr>> & Readonly<Record<string, Expr>>;

/**
 * KL(p || q) in nats from both distributions' parameters, or from the distributions themselves; of the batch
 * shape. Undefined if this particular pair has no closed form after all.
 */
export type KlRule = (
  p: RuleParams,
  q: RuleParams,
  pDistribution: Distribution,
  qDistribution: Distribution,
) => Expr | undefined;

const rules = new Map<string, KlRule>();

/** A rule for families that `defineDistribution` made, with their parameters by name. */
export type FamilyKlRule<P extends string, Q extends string> = (
  p: Readonly<Record<P, Expr>>,
  q: Readonly<Record<Q, Expr>>,
) => Expr | undefined;

const aFamilyName = {
  expected: "what makes a family, such as normal, or a family's name",
  ok: (value: unknown) => be.text.ok(value) || hasMembers(value, ["familyName"]),
};

/**
 * Adds the exact KL divergence of a pair of families, given by their factories or by name. A later rule for the
 * same pair replaces the earlier.
 *
 *     registerKl(exponential, exponential, (p, q) => q.rate.div(p.rate).sub(1).sub(q.rate.div(p.rate).log()));
 */
export function registerKl<P extends string, Q extends string>(
  p: FamilyFactory<P>,
  q: FamilyFactory<Q>,
  rule: FamilyKlRule<P, Q>,
): void;
export function registerKl(p: string, q: string, rule: KlRule): void;
export function registerKl(
  p: string | { readonly familyName: string },
  q: string | { readonly familyName: string },
  rule: KlRule,
): void {
  requireArgument("registerKl", "p", p, aFamilyName);
  requireArgument("registerKl", "q", q, aFamilyName);
  requireArgument("registerKl", "the rule", rule, be.callable);
  const nameOf = (family: typeof p): string => (typeof family === "string" ? family : family.familyName);
  rules.set(`${nameOf(p)} || ${nameOf(q)}`, rule);
}

/** The rule for a pair of families, if there is one. */
export function klRule(p: string, q: string): KlRule | undefined {
  return rules.get(`${p} || ${q}`);
}
