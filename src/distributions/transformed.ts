import { be, requireArgument } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import type { Shape } from "../tensor/index.js";
import { type Bijector, bijectorNames, bijectorsFrom, chain } from "./bijector.js";
import { type Distribution, drawFrom, type NoiseSource } from "./distribution.js";
import type { Family, Json } from "./family.js";
import { aDistribution } from "./arguments.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { exactKl } from "./kl.js";
import { registerKl } from "./kl-rules.js";
import { normal } from "./normal.js";
import { prefixedSpecs, scopedContext, specOf } from "./scope.js";

const name = "transformed";

/** A distribution of f(x), with the distribution of x. */
export interface TransformedDistribution extends Distribution {
  readonly before: Distribution;
  readonly maps: readonly Bijector[];
}

const aMap = be.having(["forward", "inverse", "logSlope", "support"], "a map, such as expMap() makes");

/** The distribution of maps applied, the first first, to each number of a draw of `before`. */
export function transformedBy(before: Distribution, maps: readonly Bijector[]): TransformedDistribution {
  requireArgument("transformed.of", "the distribution", before, aDistribution);
  requireArgument("transformed.of", "the maps", maps, be.list(aMap, 0, "[expMap()]"));
  const map = chain(maps);
  const event = Array.from({ length: before.eventRank }, (_, i) => -1 - i);
  const sources = new WeakMap<Expr, Expr>();
  const draw = (noise: NoiseSource, sampleShape: Shape = []): Expr => {
    const x = drawFrom(before, noise, sampleShape);
    const y = map.forward(x);
    sources.set(y, x);
    return y;
  };
  return {
    name,
    params: before.params,
    shape: before.shape,
    eventRank: before.eventRank,
    support: map.support(before.support),
    before,
    maps,
    ...(before.sampledOnly && { sampledOnly: true }),
    logProb: (y) => {
      // of draws of its own the source is known exactly, also where the map has rounded it away
      const x = sources.get(y) ?? map.inverse(y);
      const slope = map.logSlope(x);
      return before.logProb(x).sub(event.length === 0 ? slope : slope.sum(event));
    },
    ...(before.rsample !== undefined ? { rsample: draw } : before.sample !== undefined && { sample: draw }),
  };
}

/** Options of a transformed family. */
export interface TransformedOptions {
  readonly of: Family;
  /** Names of maps or maps, the first applied first: `["affine", ...]`, `exp()`. */
  readonly by: string | Bijector | readonly (string | Bijector)[];
}

const makeFamily = ({ of = normal(), by = "exp" }: TransformedOptions): Family => {
  const list = Array.isArray(by) ? (by as readonly (string | Bijector)[]) : [by as string | Bijector];
  const maps = list.flatMap((item) => (aMap.ok(item) ? (item as Bijector) : bijectorsFrom(item as Json)));
  return {
    name,
    config: { of: specOf(of), by: maps.map(({ name: key, config }) => ({ name: key, config })) },
    support: chain(maps).support(of.support),
    weights: (event, dataSize) => prefixedSpecs("of", of.weights?.(event, dataSize)),
    rawSize: (event) => of.rawSize(event),
    fromRaw: (raw, event, context) =>
      transformedBy(of.fromRaw(raw, event, scopedContext(context, "of")), maps),
    prior: (event, context) => transformedBy(of.prior(event, scopedContext(context, "of")), maps),
  };
};

const info: FamilyInfo = {
  name,
  description: "a function of another distribution's draw: transformed(of=normal, by=[affine(scale=2), exp])",
  roles: ["posterior", "prior"],
  examples: [
    "transformed",
    "transformed(of=laplace, by=[affine(shift=0.5, scale=-2)])",
    "transformed(by=sigmoid)",
    "transformed(by=[softplus, affine(scale=2)])",
  ],
  options: {
    of: { type: "family", default: "normal", about: "what is transformed" },
    by: { type: "json", default: "exp", about: `a map or a list of maps: ${bijectorNames.join(", ")}` },
  },
  make: ({ by = "exp", ...options }) =>
    makeFamily({ ...(options as { of: Family }), by: bijectorsFrom(by as Json) }),
};

/** Makes transformed families and distributions. */
export interface TransformedFactory {
  (options: TransformedOptions): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
  of(before: Distribution, maps: readonly Bijector[]): TransformedDistribution;
}

/**
 * The distribution of an elementwise map of another's draws. Between two with the same maps the KL divergence
 * is that of what they are maps of.
 */
export const transformed: TransformedFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
  of: transformedBy,
});

registerKl(name, name, (_p, _q, p, q) => {
  const [a, b] = [p as TransformedDistribution, q as TransformedDistribution];
  const text = ({ maps }: TransformedDistribution): string =>
    JSON.stringify(maps.map((map) => [map.name, map.config]));
  return text(a) === text(b) ? exactKl(a.before, b.before) : undefined;
});
