import { afterAll, describe, expect, it } from "vitest";
import { parseSpec } from "../catalogue/index.js";
import { constant, type Expr } from "../graph/index.js";
import { evaluateOn, type Feeds } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { sizeOf, type Tensor, toNumbers, UserError } from "../tensor/index.js";
import { rowPoints } from "../testing/row-points.js";
import { checkFamily, contractContext, rawOutputs } from "./contract/family.js";
import { SeededNoise } from "./contract/noise.js";
import { deviates, meanAndError, strided } from "./contract/statistics.js";
import { type Distribution, drawFrom } from "./distribution.js";
import type { Family } from "./family.js";
import { exactKl } from "./kl.js";
import { distributions } from "./registry.js";
import type { Role } from "./role.js";
import { isWithin } from "./support.js";

const backend = nodeBackend("cpu", 1);
const evaluate = async (
  exprs: Readonly<Record<string, Expr>>,
  feeds: Feeds,
): Promise<Record<string, Tensor>> => evaluateOn(await backend, exprs, feeds);

const examples = distributions.examples();

/** Priors that are made of the posterior take this one, with a codebook for those that need it. */
const quantised = distributions.from("vector-quantised(codes=5)");
const encode = (x: Expr): Distribution =>
  quantised.fromRaw(
    x.sum(-1, true).mul(constant([1, -1], "float64")),
    [2],
    contractContext(quantised, 2, "posterior"),
  );

/** What the family is in a role, or its refusal if these options leave no such role. */
async function orRefusal<T>(make: () => T | Promise<T>): Promise<T | UserError> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

describe("the contract is kept by", () => {
  const kept = new Set<string>();

  it.each(examples.map(({ entry, text }) => [text, entry] as const))("%s", async (text, entry) => {
    const family = distributions.from(text);
    const values = entry.values?.(parseSpec(text).config);
    const { withoutDensity = false, name } = entry;
    for (const role of entry.roles) {
      const options = {
        evaluate,
        draws: 8000,
        withoutDensity,
        ...(values && { values }),
        ...(entry.shape && { size: sizeOf(entry.shape) }),
        ...(family.support === "columns" && { points: rowPoints(family.config["columns"] as never) }),
        ...(name === "uniform-codes" && { encode }),
      };
      const report = await orRefusal(() => checkFamily(family, role, options));
      if (!(report instanceof UserError)) kept.add(`${name} as a ${role}`);
    }
  });

  afterAll(() => {
    const claimed = distributions
      .list()
      .flatMap(({ name, roles }) => roles.map((role) => `${name} as a ${role}`));
    expect(claimed.filter((one) => !kept.has(one))).toEqual([]);
  });
});

describe("what an example is made of comes back from its plain data:", () => {
  it.each(examples.map(({ text }) => text))("%s", (text) => {
    const family = distributions.from(text);
    const plain = JSON.parse(JSON.stringify({ name: family.name, config: family.config })) as never;
    expect(distributions.from(plain).config).toEqual(family.config);
  });
});

/**
 * A family in a role, with raw outputs and weights of a seed; the outputs are small, so that tails are light enough for
 * averages over draws.
 */
function placed(family: Family, role: Role, seed: number): Distribution {
  const context = contractContext(family, 2, role, { seed });
  return role === "prior"
    ? family.prior([2], context)
    : family.fromRaw(constant(rawOutputs(family.rawSize([2]), seed, 0.4)), [2], context);
}

async function allOf(role: Role, seed: number): Promise<{ text: string; distribution: Distribution }[]> {
  const offered = examples.filter(({ entry }) => entry.roles.includes(role) && !entry.withoutDensity);
  const made = offered.map(async ({ text }) => ({
    text,
    distribution: await orRefusal(() => placed(distributions.from(text), role, seed)),
  }));
  return (await Promise.all(made)).flatMap(({ text, distribution }) =>
    distribution instanceof UserError ? [] : [{ text, distribution }],
  );
}

const draws = 20_000;

/**
 * The closed forms against what they are expectations of, at the same draws. Posteriors also stand in for priors, so that
 * every pair of families for which a rule is registered is met, with other parameters.
 */
describe("closed forms of the KL divergence agree with the densities, of", () => {
  it.each(
    examples
      .filter(({ entry }) => entry.roles.includes("posterior") && !entry.withoutDensity)
      .map(({ text }) => text),
  )("%s", async (text) => {
    const p = await orRefusal(() => placed(distributions.from(text), "posterior", 1));
    if (p instanceof UserError) return;
    const others = [...(await allOf("prior", 2)), ...(await allOf("posterior", 3))];
    const noise = new SeededNoise("float64", 5);
    const x = drawFrom(p, noise, [draws]);
    const exprs: Record<string, Expr> = {};
    for (const [i, { distribution }] of others.entries()) {
      if (!isWithin(p, distribution)) continue; // the divergence of relaxed draws is that of the discrete ones
      const exact = await orRefusal(() => exactKl(p, distribution));
      if (exact === undefined || exact instanceof UserError) continue;
      const ratio = await orRefusal(() => p.logProb(x).sub(distribution.logProb(x)));
      if (ratio instanceof UserError) continue;
      exprs[`exact/${i}`] = exact;
      exprs[`ratio/${i}`] = ratio;
    }
    if (Object.keys(exprs).length === 0) return;
    const got = await evaluate(exprs, noise.feeds);
    others.forEach((other, i) => {
      const [exact, ratio] = [got[`exact/${i}`], got[`ratio/${i}`]];
      if (exact === undefined || ratio === undefined) return;
      toNumbers(exact).forEach((value, b, all) => {
        const sampled = meanAndError(strided(toNumbers(ratio), b, all.length));
        if (value === sampled.mean) return; // both infinite
        const away = Math.abs(value - sampled.mean) / (deviates * sampled.error + 1e-9 * Math.max(1, value));
        expect(away, `${text} || ${other.text}: ${value}, sampled ${sampled.mean}`).toBeLessThan(1);
        expect(value).toBeGreaterThan(-1e-9);
      });
    });
  });
});
