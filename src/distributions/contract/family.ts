import { constant, type Expr } from "../../graph/index.js";
import { initialValues, type Weights } from "../../nn/index.js";
import { RandomStream, type Tensor, tensor, UserError } from "../../tensor/index.js";
import { type Distribution, drawFrom } from "../distribution.js";
import type { Family, FamilyContext } from "../family.js";
import { normal } from "../normal.js";
import type { Role } from "../role.js";
import { checkDistribution, type ContractOptions } from "./check.js";
import { SeededNoise } from "./noise.js";
import { type ContractReport, Findings, formatReport } from "./report.js";

/** How `checkFamily` looks. */
export interface FamilyCheckOptions
  extends Pick<ContractOptions<string>, "evaluate" | "values" | "points" | "seed" | "draws" | "tolerance"> {
  /** Numbers of one draw; default 2. */
  readonly size?: number;
  /** True if the family has draws but no density. */
  readonly withoutDensity?: boolean;
  /** The model's posterior, for priors that are made of it; default a normal one. */
  readonly encode?: FamilyContext["encode"];
}

/** Numbers of an example, for priors that have pseudo-inputs. */
const dataSize = 3;

/** Raw outputs of a network, normal with standard deviation `spread`; the same for each seed. */
export function rawOutputs(size: number, seed: number, spread = 1): Tensor<"float64"> {
  const data = new RandomStream(seed, "raw").normal(new Float64Array(size), 0);
  return tensor(
    "float64",
    [size],
    data.map((value) => value * spread),
  );
}

/** A context with the weights that a family starts with, in float64. */
export function contractContext(
  family: Family,
  size: number,
  role: Role,
  { seed = 0, encode }: Pick<FamilyCheckOptions, "seed" | "encode"> = {},
): FamilyContext {
  const values = initialValues(family.weights?.([size], dataSize, 2) ?? {}, seed, "float64");
  const weights: Weights = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, constant(value)]),
  );
  const condition = constant([1, 0], "float64");
  const own: FamilyContext = { dtype: "float64", weights, dataSize, role, condition };
  const slopes = constant(
    Array.from({ length: 2 * size }, (_, i) => Math.sin(1 + i)),
    "float64",
  );
  const standIn = (x: Expr): Distribution => normal().fromRaw(x.sum(-1, true).mul(slopes), [size], own);
  return { ...own, encode: encode ?? standIn };
}

/** A distribution over independent numbers as one for each number, of which more can be checked. */
function taken(distribution: Distribution): Distribution {
  return distribution.base ?? distribution;
}

/** What is left to check where there is no density: that it says so, and that draws are finite numbers of its shape. */
async function checkDraws(p: Distribution, options: FamilyCheckOptions): Promise<ContractReport> {
  const findings = new Findings();
  const noise = new SeededNoise("float64", options.seed ?? 0);
  const draws = drawFrom(p, noise, [1000]);
  const { values } = await options.evaluate({ values: draws }, noise.feeds);
  findings.finite("draws are finite", Array.from(values?.data ?? [Number.NaN], Number));
  const said = ((): unknown => {
    try {
      return p.logProb(draws);
    } catch (error) {
      return error;
    }
  })();
  findings.close("the lack of a density is said", [said instanceof UserError ? 1 : 0], [1], [0]);
  const report = { distribution: p.name, checks: findings.checks };
  if (report.checks.some(({ outcome }) => outcome === "failed")) throw new Error(formatReport(report));
  return report;
}

/**
 * Checks a family in one role as `checkDistribution` checks a distribution: as a prior, and otherwise with what it makes of
 * a network's outputs as parameters, so that its constraints and links are checked too. Returns the report. Throws an
 * Error that contains it if anything failed, and the family's own UserError if it can't have that role.
 */
export async function checkFamily(
  family: Family,
  role: Role,
  options: FamilyCheckOptions,
): Promise<ContractReport> {
  const { size = 2, withoutDensity = false, encode, ...contract } = options;
  const { seed = 0 } = contract;
  const context = contractContext(family, size, role, { seed, ...(encode && { encode }) });
  if (role === "prior") {
    const of = (): Distribution => taken(family.prior([size], context));
    return withoutDensity ? checkDraws(of(), options) : checkDistribution({ of }, {}, contract);
  }
  const raw = rawOutputs(family.rawSize([size]), seed);
  const of = ({ raw: outputs }: Readonly<Record<"raw", Expr>>): Distribution =>
    taken(family.fromRaw(outputs, [size], context));
  if (withoutDensity) return checkDraws(of({ raw: constant(raw) }), options);
  return checkDistribution({ of }, { raw }, contract);
}
