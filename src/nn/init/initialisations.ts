import { Catalogue, type Entry, hasMembers, type Json, parseSpec, type Spec } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { filledWith, type Initializer, normalWith, uniformWithin } from "../parameters.js";
import { fansOf } from "./fans.js";
import { orthogonalValues } from "./orthogonal.js";

/** How a layer's weight starts; `name` and `config` make it again. The layer's bias then starts at 0. */
export interface Initialisation extends Spec {
  /** First values of a weight [out, in, ...kernel]. */
  of(shape: readonly number[]): Initializer;
}

/** An initialisation as the catalogue knows it. */
export type InitialisationInfo = Entry<Initialisation>;

type Options = Readonly<Record<string, unknown>>;
type Values = (shape: readonly number[], options: Options) => Initializer;

function entry<Name extends string>(
  name: Name,
  description: string,
  options: InitialisationInfo["options"],
  examples: readonly string[],
  values: Values,
): InitialisationInfo & { readonly name: Name } {
  return {
    name,
    description,
    options,
    examples,
    make: (told): Initialisation => ({
      name,
      config: told as Spec["config"],
      of: (shape) => values(shape, told),
    }),
  };
}

const gain = { gain: { type: "number", default: 1, about: "factor of all numbers" } } as const;

const slopeAndMode = {
  slope: { type: "number", default: 0, about: "slope below 0 of the leaky-relu that follows; 0 for relu" },
  mode: {
    type: "text",
    choices: ["fan-in", "fan-out"],
    default: "fan-in",
    about: "keep the variance of values (fan-in) or of gradients (fan-out)",
  },
} as const;

/** He et al., 2015: the standard deviation that keeps the variance through a leaky rectifier. */
function kaimingScale(shape: readonly number[], { slope = 0, mode = "fan-in" }: Options): number {
  const { fanIn, fanOut } = fansOf(shape);
  return Math.sqrt(2 / (1 + (slope as number) ** 2) / (mode === "fan-in" ? fanIn : fanOut));
}

/** Glorot and Bengio, 2010. */
function xavierScale(shape: readonly number[], { gain = 1 }: Options): number {
  const { fanIn, fanOut } = fansOf(shape);
  return (gain as number) * Math.sqrt(2 / (fanIn + fanOut));
}

const root3 = Math.sqrt(3);

const shipped = [
  entry(
    "kaiming-uniform",
    "uniform, variance 2 / fan (He et al., 2015)",
    slopeAndMode,
    ["kaiming-uniform", "kaiming-uniform(slope=0.2, mode=fan-out)"],
    (shape, options) => uniformWithin(root3 * kaimingScale(shape, options)),
  ),
  entry(
    "kaiming-normal",
    "normal, variance 2 / fan (He et al., 2015)",
    slopeAndMode,
    ["kaiming-normal", "kaiming-normal(slope=0.2, mode=fan-out)"],
    (shape, options) => normalWith(kaimingScale(shape, options)),
  ),
  entry(
    "xavier-uniform",
    "uniform, variance 2 / (fan in + fan out) (Glorot and Bengio, 2010)",
    gain,
    ["xavier-uniform", "xavier-uniform(gain=2)"],
    (shape, options) => uniformWithin(root3 * xavierScale(shape, options)),
  ),
  entry(
    "xavier-normal",
    "normal, variance 2 / (fan in + fan out) (Glorot and Bengio, 2010)",
    gain,
    ["xavier-normal", "xavier-normal(gain=2)"],
    (shape, options) => normalWith(xavierScale(shape, options)),
  ),
  entry(
    "orthogonal",
    "rows, or columns if fewer, at right angles (Saxe et al., 2014)",
    gain,
    ["orthogonal", "orthogonal(gain=0.5)"],
    (shape, options) => orthogonalValues(shape, (options.gain as number | undefined) ?? 1),
  ),
  entry(
    "normal",
    "normal with mean 0",
    { std: { type: "number", min: 0, default: 0.02, about: "standard deviation" } },
    ["normal", "normal(std=0.1)"],
    (_shape, options) => normalWith((options.std as number | undefined) ?? 0.02),
  ),
  entry("zeros", "0 everywhere", {}, ["zeros"], () => filledWith(0)),
];

/** The initialisations that can be chosen by name. */
export const initialisations = new Catalogue<Initialisation, InitialisationInfo>(
  { kind: "initialisation" },
  shipped,
);

/** The names of initialisations that ship. */
export type InitialisationName = (typeof shipped)[number]["name"];

/** An initialisation, or its name with or without options: `orthogonal`, `kaiming-normal(mode=fan-out)`. */
export type InitialisationLike = Initialisation | InitialisationName | Spec | (string & Record<never, never>);

/** The initialisation that is meant. Throws a UserError, with a suggestion, if there is none of that name. */
export function initialisationOf(value: InitialisationLike): Initialisation {
  if (hasMembers(value, ["of", "name", "config"])) return value as Initialisation;
  const spec: unknown = typeof value === "string" ? parseSpec(value) : value;
  if (hasMembers(spec, ["name"]) && typeof (spec as Spec).name === "string") {
    const { name, config = {} } = spec as { readonly name: string; readonly config?: Spec["config"] };
    return initialisations.from({ name, config });
  }
  throw new UserError(
    `init must be the name of an initialisation, such as "kaiming-normal" or "orthogonal(gain=0.5)", got ${JSON.stringify(value)}`,
    2,
  );
}

/** An initialisation as plain data: its name or, with options, name and options. */
export function initialisationConfig({ name, config }: Initialisation): Json {
  return Object.keys(config).length === 0 ? name : { name, config };
}
