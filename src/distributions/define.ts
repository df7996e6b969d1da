import { constant, Expr } from "../graph/index.js";
import "../ops/index.js";
import {
  broadcast,
  type FloatType,
  type Shape,
  sizeOf,
  type TensorLike,
  UserError,
} from "../tensor/index.js";
import type { Constraint } from "./constraint.js";
import { type Distribution, independent, type NoiseKind, type Support } from "./distribution.js";
import type { Family, Json } from "./family.js";
import type { FamilyInfo, OptionInfo, Role } from "./info.js";

/** A parameter's value: graph, or numbers (which take the dtype of the other parameters, float32 by default). */
export type ParamValue = Expr | TensorLike;

/**
 * All that defines a family whose draws are single numbers, one for each element of its broadcast parameters.
 * Every function builds graph from parameters that are already inside their constraints.
 */
export interface DistributionSpec<P extends string, N extends string = never> {
  /** In kebab case. */
  readonly name: string;
  /** One line for `latent list`. */
  readonly description?: string;
  /** What it is offered as; default all that `rsample` and `mean` allow. */
  readonly roles?: readonly Role[];
  /** Parameters with their constraints, in the order in which a network puts out their raw values. */
  readonly params: Readonly<Record<P, Constraint>>;
  /** Default `real`. */
  readonly support?: Support;
  /** The noise that `rsample` takes, by name; drawn on the host, of the shape of the draw. */
  readonly noise?: Readonly<Record<N, NoiseKind>>;
  /** The parameters that a prior of this family has when none are given. */
  readonly standard?: Readonly<Record<P, number>>;
  /** log p(x) in nats. */
  logProb(params: Readonly<Record<P, Expr>>, x: Expr): Expr;
  /** A draw, differentiable with respect to the parameters. */
  rsample?(params: Readonly<Record<P, Expr>>, noise: Readonly<Record<N, Expr>>): Expr;
  mean?(params: Readonly<Record<P, Expr>>): Expr;
  variance?(params: Readonly<Record<P, Expr>>): Expr;
  entropy?(params: Readonly<Record<P, Expr>>): Expr;
}

/** Makes a family with fixed prior parameters, or distributions with given ones. */
export interface FamilyFactory<P extends string> {
  /** The family, to be chosen as posterior, prior or likelihood; numbers fix a prior's parameters. */
  (fixed?: Readonly<Partial<Record<P, number>>>): Family;
  readonly familyName: string;
  /** What the registry tells of the family. */
  readonly info: FamilyInfo;
  /** The distribution with these parameters, which broadcast against each other. */
  of(params: Readonly<Record<P, ParamValue>>): Distribution;
}

/** Parameter values as nodes of one dtype: that of the first node among them, else of the first tensor. */
export function paramNodes<P extends string>(params: Readonly<Record<P, ParamValue>>): Record<P, Expr> {
  const values = Object.values<ParamValue>(params);
  const node = values.find((value) => value instanceof Expr);
  const dtype: FloatType = node?.dtype === "float64" || values.some(isFloat64) ? "float64" : "float32";
  const entries = Object.entries<ParamValue>(params).map(([name, value]) => [
    name,
    value instanceof Expr ? value : constant(value, dtype).cast(dtype),
  ]);
  return Object.fromEntries(entries) as Record<P, Expr>;
}

function isFloat64(value: ParamValue): boolean {
  if (value instanceof Float64Array) return true;
  return typeof value === "object" && "dtype" in value && value.dtype === "float64";
}

/**
 * Defines a family of distributions over single numbers; with it alone a family can serve as posterior, prior
 * or likelihood. Over vectors its elements are independent.
 *
 *     export const triangular = defineDistribution({
 *       name: "triangular",
 *       params: { low: real, width: positive },
 *       noise: { u: "uniform" },
 *       rsample: ({ low, width }, { u }) => low.add(width.mul(u.sqrt())),
 *       logProb: ({ low, width }, x) => x.sub(low).mul(2).div(width.square()).log(),
 *     });
 */
export function defineDistribution<P extends string, N extends string = never>(
  spec: DistributionSpec<P, N>,
): FamilyFactory<P> {
  const names = Object.keys(spec.params) as P[];
  const support = spec.support ?? "real";

  const of = (given: Readonly<Record<P, ParamValue>>): Distribution => {
    const params = paramNodes(given);
    const shape = names.map((name) => params[name].shape).reduce<Shape>(broadcast, []);
    const { rsample, mean, variance, entropy } = spec;
    const noiseKinds = Object.entries<NoiseKind>(spec.noise ?? {}) as [N, NoiseKind][];
    const full = (value: Expr): Expr => {
      const like = names.map((name) => params[name]).find((param) => param.rank === shape.length);
      return value.expand(shape, like);
    };
    return {
      name: spec.name,
      params,
      shape,
      eventRank: 0,
      support,
      logProb: (x) => spec.logProb(params, x),
      ...(rsample && {
        rsample: (source, sampleShape = []) => {
          const drawShape = [...sampleShape, ...shape];
          const noise = noiseKinds.map(([name, kind]) => [name, source.draw(kind, drawShape)] as const);
          return rsample(params, Object.fromEntries(noise) as Record<N, Expr>);
        },
      }),
      ...(mean && { mean: () => full(mean(params)) }),
      ...(variance && { variance: () => full(variance(params)) }),
      ...(entropy && { entropy: () => full(entropy(params)) }),
    };
  };

  const factory = (given?: Readonly<Partial<Record<P, number>>>): Family => {
    const fixed: { readonly [K in P]?: number } = given ?? {};
    for (const key of Object.keys(fixed)) {
      if (!names.includes(key as P)) {
        throw new UserError(`${spec.name} has no parameter "${key}"; its parameters: ${names.join(", ")}`, 2);
      }
    }
    return {
      name: spec.name,
      config: { ...fixed } as Record<string, Json>,
      support,
      rawSize: (event) => names.length * sizeOf(event),
      fromRaw: (raw, event) => {
        const size = sizeOf(event);
        const parts = raw.split(
          -1,
          names.map(() => size),
        );
        const params = names.map((name, i) => {
          const shaped = (parts[i] as Expr).reshape([...raw.shape.slice(0, -1), ...event]);
          return [name, spec.params[name].map(shaped)] as const;
        });
        return independent(of(Object.fromEntries(params) as Record<P, Expr>), event.length);
      },
      prior: (event, { dtype }) => {
        const params = names.map((name) => {
          const value = fixed[name] ?? spec.standard?.[name];
          if (value === undefined) {
            throw new UserError(
              `${spec.name} as a prior needs a value for "${name}": ${spec.name}(${name}=...)`,
              2,
            );
          }
          return [name, constant(value, dtype).expand(event)] as const;
        });
        return independent(of(Object.fromEntries(params) as Record<P, Expr>), event.length);
      },
    };
  };
  const options = names.map((name): [string, OptionInfo] => {
    const standard = spec.standard?.[name];
    const about = `the ${name} that it has as a prior`;
    return [name, { type: "number", about, ...(standard !== undefined && { default: standard }) }];
  });
  const derived: readonly Role[] = [
    ...(spec.rsample === undefined ? [] : (["posterior", "prior"] as const)),
    ...(spec.mean === undefined ? [] : (["likelihood"] as const)),
  ];
  const info: FamilyInfo = {
    name: spec.name,
    description: spec.description ?? `the ${spec.name} distribution`,
    roles: spec.roles ?? derived,
    options: Object.fromEntries(options),
    make: (given) => factory(given as Readonly<Partial<Record<P, number>>>),
  };
  return Object.assign(factory, { familyName: spec.name, of, info });
}
