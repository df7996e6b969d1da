import { Catalogue, type Entry, type Json, kebabCase, parseSpec, type Spec } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import "../ops/index.js";
import { UserError } from "../tensor/index.js";

/** A function of single numbers between the layers of a network; `name` and `config` make it again. */
export interface Activation extends Spec {
  /** Its value for each number of x. */
  apply(x: Expr): Expr;
}

/** An activation as the catalogue knows it. */
export type ActivationInfo = Entry<Activation>;

type Options = Readonly<Record<string, unknown>>;

/** An entry without options, or with one number, of which `apply` is told. */
function entry<Name extends string>(
  name: Name,
  description: string,
  apply: (x: Expr, value: number) => Expr,
  option?: { readonly name: string; readonly default: number; readonly about: string },
): ActivationInfo & { readonly name: Name } {
  return {
    name,
    description,
    options: option === undefined ? {} : { [option.name]: { type: "number", ...option } },
    examples: option === undefined ? [name] : [name, `${name}(${option.name}=0.3)`],
    make: (options: Options): Activation => ({
      name,
      config: options as Spec["config"],
      apply: (x) => apply(x, (options[option?.name ?? ""] as number | undefined) ?? option?.default ?? 0),
    }),
  };
}

const shipped = [
  entry("relu", "max(x, 0)", (x) => x.relu()),
  entry("tanh", "hyperbolic tangent", (x) => x.tanh()),
  entry("sigmoid", "1 / (1 + exp(-x))", (x) => x.sigmoid()),
  entry("softplus", "log(1 + exp(x))", (x) => x.softplus()),
  entry("silu", "x sigmoid(x), also called swish", (x) => x.silu()),
  entry("swish", "x sigmoid(x), silu by its other name", (x) => x.silu()),
  entry("gelu", "x times the normal distribution function at x", (x) =>
    x.mul(x.mul(Math.SQRT1_2).erf().add(1).mul(0.5)),
  ),
  entry("mish", "x tanh(softplus(x))", (x) => x.mul(x.softplus().tanh())),
  entry("elu", "x, or exp(x) - 1 below 0", (x) => x.elu()),
  entry("leaky-relu", "x, or slope times x below 0", (x, slope) => x.leakyRelu(slope), {
    name: "slope",
    default: 0.01,
    about: "slope below 0",
  }),
  entry("identity", "x itself", (x) => x),
];

/** The activations that can be chosen by name. */
export const activations = new Catalogue<Activation, ActivationInfo>({ kind: "activation" }, shipped);

/** The names of activations that ship, and one as earlier versions saved it. */
export type ActivationName = (typeof shipped)[number]["name"] | "leakyRelu";

/** An activation, or its name with or without options: `relu`, `leaky-relu(slope=0.2)`. */
export type ActivationLike = Activation | ActivationName | Spec | (string & Record<never, never>);

/** True for something that works as an activation. */
export function isActivation(value: unknown): value is Activation {
  return typeof value === "object" && value !== null && "apply" in value && "name" in value;
}

/** The activation that is meant. Throws a UserError, with a suggestion, if there is none of that name. */
export function activationOf(value: ActivationLike): Activation {
  if (isActivation(value)) return value;
  const spec: unknown = typeof value === "string" ? parseSpec(value) : value;
  if (typeof spec === "object" && spec !== null && "name" in spec && typeof spec.name === "string") {
    const { name, config = {} } = spec as { name: string; config?: Spec["config"] };
    return activations.from({ name: kebabCase(name), config });
  }
  throw new UserError(
    `activation must be the name of one, such as "relu" or "leaky-relu(slope=0.2)", got ${JSON.stringify(value)}`,
    2,
  );
}

/** An activation as plain data: its name or, with options, name and options. */
export function activationConfig({ name, config }: Activation): Json {
  return Object.keys(config).length === 0 ? name : { name, config };
}
