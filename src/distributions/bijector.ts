import type { Expr } from "../graph/index.js";
import { UserError } from "../tensor/index.js";
import type { Support } from "./distribution.js";
import type { Json } from "./family.js";
import { be, isSpec, requireOptions, suggestion } from "../catalogue/index.js";

/** An elementwise, strictly monotonic map with its inverse. */
export interface Bijector {
  readonly name: string;
  readonly config: { readonly [option: string]: number };
  forward(x: Expr): Expr;
  inverse(y: Expr): Expr;
  /** log |dy/dx| at x. */
  logSlope(x: Expr): Expr;
  /** Where values of `support` go. */
  support(support: Support): Support;
}

/** y = shift + scale x; defaults 0 and 1. Throws a UserError if the scale is 0. */
export function affine(options: { shift?: number; scale?: number } = {}): Bijector {
  requireOptions("affine", options, { shift: be.number(), scale: be.number() });
  const { shift = 0, scale = 1 } = options;
  if (scale === 0) throw new UserError("affine: the scale can't be 0", 2);
  return {
    name: "affine",
    config: { shift, scale },
    forward: (x) => x.mul(scale).add(shift),
    inverse: (y) => y.sub(shift).div(scale),
    logSlope: (x) => x.mul(0).add(Math.log(Math.abs(scale))),
    support: (support) => (support === "positive" && shift === 0 && scale > 0 ? "positive" : "real"),
  };
}

function fixed(
  name: string,
  to: Support,
  forward: (x: Expr) => Expr,
  inverse: (y: Expr) => Expr,
  logSlope: (x: Expr) => Expr,
): () => Bijector {
  return () => ({ name, config: {}, forward, inverse, logSlope, support: () => to });
}

/** The part of 0..1 that is off both ends by what rounding can lose, so that inverses stay finite. */
function inside(y: Expr): Expr {
  return y.dtype === "float64" ? y.clamp(1e-300, 1 - 2 ** -53) : y.clamp(1e-37, 1 - 2 ** -24);
}

/** y = exp(x). */
export const exp: () => Bijector = fixed(
  "exp",
  "positive",
  (x) => x.exp(),
  (y) => y.maximum(y.dtype === "float64" ? 1e-300 : 1e-37).log(),
  (x) => x,
);

/** y = log(1 + exp(x)). */
export const softplus: () => Bijector = fixed(
  "softplus",
  "positive",
  (x) => x.softplus(),
  (y) =>
    y.add(
      y
        .neg()
        .expm1()
        .neg()
        .maximum(y.dtype === "float64" ? 1e-300 : 1e-37)
        .log(),
    ),
  (x) => x.logSigmoid(),
);

/** y = 1 / (1 + exp(-x)). */
export const sigmoid: () => Bijector = fixed(
  "sigmoid",
  "unitInterval",
  (x) => x.sigmoid(),
  (y) => inside(y).log().sub(inside(y).neg().log1p()),
  (x) => x.logSigmoid().add(x.neg().logSigmoid()),
);

/** y = tanh(x). */
export const tanh: () => Bijector = fixed(
  "tanh",
  "real",
  (x) => x.tanh(),
  (y) => {
    const part = inside(y.add(1).div(2));
    return part.log().sub(part.neg().log1p()).div(2);
  },
  (x) => x.add(x.mul(-2).softplus()).sub(Math.LN2).mul(-2),
);

const bijectors = { affine, exp, sigmoid, softplus, tanh };

/** The maps that `transformed` knows by name. */
export const bijectorNames: readonly string[] = Object.keys(bijectors);

/** One map after the other, the first first. */
export function chain(maps: readonly Bijector[]): Omit<Bijector, "name" | "config"> {
  return {
    forward: (x) => maps.reduce((value, map) => map.forward(value), x),
    inverse: (y) => maps.reduceRight((value, map) => map.inverse(value), y),
    logSlope: (x) => {
      let [at, total] = [x, x.mul(0)];
      for (const map of maps) {
        total = total.add(map.logSlope(at));
        at = map.forward(at);
      }
      return total;
    },
    support: (support) => maps.reduce((value, map) => map.support(value), support),
  };
}

/** Reads `exp`, `{name, config}` or a list of them. Throws a UserError for anything else. */
export function bijectorsFrom(value: Json): Bijector[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(bijectorsFrom);
  const { name, config } =
    typeof value === "string" ? { name: value, config: {} } : isSpec(value) ? value : {};
  if (name === undefined) {
    throw new UserError(`a map is a name such as exp, or a list of maps, got ${JSON.stringify(value)}`, 2);
  }
  if (!Object.hasOwn(bijectors, name)) {
    throw new UserError(`unknown map "${name}"; ${suggestion(name, bijectorNames)}`, 2);
  }
  const allowed = name === "affine" ? ["shift", "scale"] : [];
  for (const [key, option] of Object.entries(config ?? {})) {
    if (!allowed.includes(key) || typeof option !== "number" || !Number.isFinite(option)) {
      throw new UserError(
        `${name} takes ${allowed.length > 0 ? `numbers for ${allowed.join(" and ")}` : "no options"}, ` +
          `got ${key}=${JSON.stringify(option)}`,
        2,
      );
    }
  }
  return [bijectors[name as keyof typeof bijectors](config as { shift?: number; scale?: number })];
}
