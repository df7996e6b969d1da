import {
  be,
  type ChecksOf,
  formatSpec,
  optionEntries,
  requireArgument,
  requireOptions,
  unknownOption,
} from "../catalogue/index.js";
import { constant, Expr } from "../graph/index.js";
import "../ops/index.js";
import {
  broadcast,
  type FloatType,
  isFloat,
  type Shape,
  sizeOf,
  type TensorLike,
  UserError,
} from "../tensor/index.js";
import type { Constraint } from "./constraint.js";
import {
  type Distribution,
  independent,
  type NoiseKind,
  type NoiseSource,
  type Support,
} from "./distribution.js";
import type { Encoding, EncodingOf, Family, Json } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo, FamilyOption, Role } from "./info.js";

/** A parameter's value: graph, or numbers (which take the dtype of the other parameters, float32 by default). */
export type ParamValue = Expr | TensorLike;

/** Several numbers of noise for each number drawn: a last axis of length `tries`. */
export interface RepeatedNoise {
  readonly kind: NoiseKind;
  readonly tries: number;
}

/**
 * All that defines a family whose draws are single numbers, one for each element of its broadcast parameters.
 * Every function builds graph from parameters that are already inside their constraints.
 */
export interface DistributionSpec<P extends string, N extends string = never, M extends Expr = Expr> {
  /** In kebab case. */
  readonly name: string;
  /** One line for `latent list`. */
  readonly description?: string;
  /** What it is offered as; default all that `rsample` and `mean` allow. */
  readonly roles?: readonly Role[];
  /** See `Entry`: choices of it that the suites run on; default just its name. */
  readonly examples?: readonly string[];
  /** Of a family over finitely many numbers, these; of grey levels those that draws are of. */
  readonly values?: readonly number[];
  /** Parameters with their constraints, in the order in which a network puts out their raw values. */
  readonly params: Readonly<Record<P, Constraint>>;
  /** Default `real`. */
  readonly support?: Support;
  /**
   * The noise that `rsample` and `sample` take, by name; drawn on the host, of the shape of the draw, with a
   * last axis of length `tries` where several numbers are wanted for each.
   */
  readonly noise?: Readonly<Record<N, NoiseKind | RepeatedNoise>>;
  /** The parameters that a prior of this family has when none are given. */
  readonly standard?: Readonly<Record<P, number>>;
  /** log p(x) in nats. */
  logProb(params: Readonly<Record<P, Expr>>, x: Expr): Expr;
  /** A draw, differentiable with respect to the parameters. */
  rsample?(params: Readonly<Record<P, Expr>>, noise: Readonly<Record<N, Expr>>): Expr;
  /** A draw without gradients, for families that have no `rsample`. */
  sample?(params: Readonly<Record<P, Expr>>, noise: Readonly<Record<N, Expr>>): Expr;
  /**
   * The parameters from what the constraints made of a network's outputs, where they depend on each other:
   * `({ low, high }) => ({ low, high: low.add(high) })`. Default: as they are.
   */
  link?(constrained: Readonly<Record<P, Expr>>): Readonly<Record<P, Expr>>;
  mean?(params: Readonly<Record<P, Expr>>): M;
  variance?(params: Readonly<Record<P, Expr>>): Expr;
  entropy?(params: Readonly<Record<P, Expr>>): Expr;
}

/** What is encoded by a family of these parameters; `M` is `never` where it has no mean. */
export type DefinedEncoding<P extends string, M extends Expr> = EncodingOf<
  P | ([M] extends [never] ? never : "mean")
>;

/** Makes a family with fixed parameters, or distributions with given ones. */
export interface FamilyFactory<P extends string, E extends Encoding = Encoding> {
  /**
   * The family, to be chosen as posterior, prior or likelihood. Numbers fix parameters: of a prior all that have
   * no standard value, of a posterior or likelihood those that the network is not to put out. Throws a UserError
   * for a parameter that the family lacks or a value outside its constraint.
   */
  (fixed?: Readonly<Partial<Record<P, number>>>): Family<E>;
  readonly familyName: string;
  /** What the registry tells of the family. */
  readonly info: FamilyInfo;
  /** The distribution with these parameters, which broadcast against each other. */
  of(params: Readonly<Record<P, ParamValue>>): Distribution;
}

/**
 * Parameter values as nodes of one dtype: `wanted`, else that of the first node among them, else of the first tensor,
 * else float32.
 */
export function paramNodes<P extends string>(
  params: Readonly<Record<P, ParamValue>>,
  wanted?: FloatType,
): Record<P, Expr> {
  const values = Object.values<ParamValue>(params);
  const node = values.find((value) => value instanceof Expr);
  const found: FloatType = node?.dtype === "float64" || values.some(isFloat64) ? "float64" : "float32";
  const dtype = wanted ?? found;
  const entries = Object.entries<ParamValue>(params).map(([name, value]) => [
    name,
    value instanceof Expr ? value : constant(value, dtype).cast(dtype),
  ]);
  return Object.fromEntries(entries) as Record<P, Expr>;
}

function checkValue(family: string, name: string, value: number | undefined, constraint: Constraint): void {
  const { above: low = -Infinity, below: high = Infinity } = constraint;
  if (value === undefined || (value > low && value < high)) return;
  const range =
    high < Infinity ? `between ${low} and ${high}` : low > -Infinity ? `above ${low}` : "a number";
  throw new UserError(`${family}: "${name}" must be ${range}, got ${value}`, 2);
}

/** The name alone, and with the last of several parameters fixed inside its constraint. */
function examplesOf(name: string, params: Readonly<Record<string, Constraint>>): string[] {
  const last = Object.entries(params).slice(1).at(-1);
  if (last === undefined) return [name];
  const { above: low = -Infinity, below: high = Infinity } = last[1];
  const value =
    high < Infinity && low > -Infinity ? (low + high) / 2 : low > -Infinity ? Math.ceil(low) + 0.5 : 0.7;
  return [name, formatSpec({ name, config: { [last[0]]: value } })];
}

/** The parameters that a family's `of` gets, as nodes. Throws a UserError unless all are given and no others. */
export function paramsOf<P extends string>(
  family: string,
  names: readonly P[],
  given: Readonly<Record<P, ParamValue>>,
): Record<P, Expr> {
  const where = `${family}.of`;
  for (const [name] of optionEntries(where, given)) {
    if (!(names as readonly string[]).includes(name)) throw unknownOption(where, name, names);
  }
  const missing = names.find((name) => given[name] === undefined);
  if (missing === undefined) return paramNodes(given);
  throw new UserError(`${where} needs ${names.join(" and ")}; ${missing} is missing`, 2);
}

function isFloat64(value: ParamValue): boolean {
  if (value instanceof Float64Array) return true;
  return typeof value === "object" && value !== null && "dtype" in value && value.dtype === "float64";
}

const specChecks = {
  name: be.text,
  description: be.text,
  roles: be.list(be.text, 0, '["prior"]'),
  examples: be.list(be.text, 0, '["normal"]'),
  values: be.list(be.number(), 0, "[0, 1]"),
  params: be.having([], "an object of constraints by name, such as { loc: real, scale: positive }"),
  support: be.text,
  noise: be.having([], 'an object of kinds of noise by name, such as { eps: "normal" }'),
  standard: be.having([], "an object of numbers by name"),
  logProb: be.callable,
  rsample: be.callable,
  sample: be.callable,
  link: be.callable,
  mean: be.callable,
  variance: be.callable,
  entropy: be.callable,
} as const satisfies ChecksOf<DistributionSpec<string, string>>;

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
export function defineDistribution<P extends string, N extends string = never, M extends Expr = never>(
  spec: DistributionSpec<P, N, M>,
): FamilyFactory<P, DefinedEncoding<P, M>> {
  requireOptions("defineDistribution", spec, specChecks);
  requireArgument("defineDistribution", "name", spec.name, be.text);
  requireArgument("defineDistribution", "params", spec.params, specChecks.params);
  requireArgument("defineDistribution", "logProb", spec.logProb, be.callable);
  const names = Object.keys(spec.params) as P[];
  const support = spec.support ?? "real";

  const of = (given: Readonly<Record<P, ParamValue>>): Distribution => {
    const params = paramsOf(spec.name, names, given);
    const shape = names.map((name) => params[name].shape).reduce<Shape>(broadcast, []);
    const { rsample, sample, mean, variance, entropy } = spec;
    const isFixed = !Object.values<ParamValue>(given).some((value) => value instanceof Expr);
    const dtype = Object.values<Expr>(params)[0]?.dtype;
    // Numbers have no dtype of their own: beside a float64 argument they are float64.
    const paramsFor = (x: Expr): Record<P, Expr> =>
      isFixed && x.dtype !== dtype && isFloat(x.dtype) ? paramNodes(given, x.dtype) : params;
    const noiseOf = (source: NoiseSource, sampleShape: Shape): Record<N, Expr> => {
      const drawShape = [...sampleShape, ...shape];
      const drawn = Object.entries<NoiseKind | RepeatedNoise>(spec.noise ?? {}).map(([name, noise]) => [
        name,
        typeof noise === "string"
          ? source.draw(noise, drawShape)
          : source.draw(noise.kind, [...drawShape, noise.tries]),
      ]);
      return Object.fromEntries(drawn) as Record<N, Expr>;
    };
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
      logProb: (x) => spec.logProb(paramsFor(x), x),
      ...(rsample && {
        rsample: (source, sampleShape = []) => rsample(params, noiseOf(source, sampleShape)),
      }),
      ...(sample && {
        sample: (source, sampleShape = []) => sample(params, noiseOf(source, sampleShape)),
      }),
      ...(mean && { mean: () => full(mean(params)) }),
      ...(variance && { variance: () => full(variance(params)) }),
      ...(entropy && { entropy: () => full(entropy(params)) }),
    };
  };

  const factory = (given?: Readonly<Partial<Record<P, number>>>): Family<DefinedEncoding<P, M>> => {
    const fixed: { readonly [K in P]?: number } = given ?? {};
    for (const key of Object.keys(fixed)) {
      if (!names.includes(key as P)) {
        throw new UserError(`${spec.name} has no parameter "${key}"; its parameters: ${names.join(", ")}`, 2);
      }
      checkValue(spec.name, key, fixed[key as P], spec.params[key as P]);
    }
    const free = names.filter((name) => fixed[name] === undefined);
    return {
      name: spec.name,
      config: { ...fixed } as Record<string, Json>,
      support,
      rawSize: (event) => {
        if (free.length > 0) return free.length * sizeOf(event);
        throw new UserError(
          `all parameters of ${spec.name} are fixed: as a posterior or likelihood leave out ${names.join(" or ")}`,
          2,
        );
      },
      fromRaw: (raw, event) => {
        const size = sizeOf(event);
        const parts = raw.split(
          -1,
          free.map(() => size),
        );
        const constrained = names.map((name) => {
          const value = fixed[name];
          if (value !== undefined) return [name, constant(value, raw.dtype)] as const;
          const part = parts[free.indexOf(name)] as Expr;
          return [name, spec.params[name].map(part.reshape([...raw.shape.slice(0, -1), ...event]))] as const;
        });
        const given = Object.fromEntries(constrained) as Record<P, Expr>;
        const params = free.length === names.length ? (spec.link?.(given) ?? given) : given;
        return independent(of(params), event.length);
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
  const options = names.map((name): [string, FamilyOption] => {
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
    examples: spec.examples ?? examplesOf(spec.name, spec.params),
    ...(spec.values && { values: () => spec.values as readonly number[] }),
    make: (given) => factory(given as Readonly<Partial<Record<P, number>>>),
  };
  return familyFactory(factory, { familyName: spec.name, of, info });
}
