import { type Expr, input } from "../graph/index.js";
import {
  allocate,
  aShape,
  be,
  type FloatType,
  RandomStream,
  requireArgument,
  type Shape,
  sizeOf,
  type Tensor,
  tensor,
  UserError,
} from "../tensor/index.js";

/** Fills a new parameter from its own random stream. */
export type Initializer = (out: Float32Array | Float64Array, stream: RandomStream) => void;

/** An array of a model: its shape and how it starts. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  readonly init: Initializer;
  /** False for what no gradient is taken of: frozen parameters and running statistics. Default true. */
  readonly trainable?: boolean;
  /** The parameter beside it whose stream it is drawn from, so that both start from the same numbers; default its own. */
  readonly drawnAs?: string;
  /** True for what is no parameter but state, such as running statistics. */
  readonly state?: true;
}

/** Arrays by name; names follow PyTorch's state dictionaries, such as `encoder.0.weight`. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** Symbolic values of parameters, by name. */
export type Weights = Readonly<Record<string, Expr>>;

/** Numbers drawn evenly from -bound..bound. */
export function uniformWithin(bound: number): Initializer {
  requireArgument("uniformWithin", "the bound", bound, be.number(0));
  return (out, stream) => {
    stream.uniform(out, 0);
    for (let i = 0; i < out.length; i++) out[i] = ((out[i] ?? 0) * 2 - 1) * bound;
  };
}

/** Normal numbers with the given standard deviation and mean 0. */
export function normalWith(scale: number): Initializer {
  requireArgument("normalWith", "the scale", scale, be.number(0));
  return (out, stream) => {
    stream.normal(out, 0);
    for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) * scale;
  };
}

/** The same number everywhere. */
export function filledWith(value: number): Initializer {
  requireArgument("filledWith", "the value", value, be.number());
  return (out) => out.fill(value);
}

/** The stream that a parameter starts from: that of its own name, whatever else the model has. */
export function firstStream(seed: number, name: string, { drawnAs }: ParameterSpec): RandomStream {
  return new RandomStream(seed, "init", drawnAs === undefined ? name : name.replace(/[^.]+$/, drawnAs));
}

/** Input nodes for all parameters, under their names. */
export function parameterInputs(specs: ParameterSpecs, dtype: FloatType): Record<string, Expr> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => [name, input(name, dtype, shape)]),
  );
}

/** First values of all parameters; each has the stream `(seed, "init", name)`, whatever else the model has. */
export function initialValues(
  specs: ParameterSpecs,
  seed: number,
  dtype: FloatType = "float32",
): Record<string, Tensor> {
  const values: Record<string, Tensor> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const data = allocate(dtype, sizeOf(spec.shape));
    spec.init(data, firstStream(seed, name, spec));
    values[name] = tensor(dtype, spec.shape, data);
  }
  return values;
}

/** The weight of a required name. Throws an Error naming it if it is missing or of another shape. */
export function weightNamed(weights: Weights, name: string, shape: Shape): Expr {
  requireArgument(
    "weightNamed",
    "weights",
    weights,
    be.having([], "the weights of a network's context, by name"),
  );
  requireArgument("weightNamed", "the name", name, be.text);
  requireArgument("weightNamed", "the shape", shape, aShape);
  const weight = weights[name];
  if (weight === undefined) throw new UserError(`the parameter "${name}" is missing`, 2);
  if (weight.shape.join() !== shape.join()) {
    throw new UserError(
      `the parameter "${name}" has shape [${weight.shape.join(", ")}], expected [${shape.join(", ")}]`,
      2,
    );
  }
  return weight;
}

/** Numbers in all parameters, frozen ones among them; state is not counted. */
export function countParameters(specs: ParameterSpecs): number {
  return Object.values(specs).reduce((total, { shape, state }) => total + (state ? 0 : sizeOf(shape)), 0);
}

/** The parameters that gradients are taken of. */
export function trainableSpecs(specs: ParameterSpecs): ParameterSpecs {
  return Object.fromEntries(Object.entries(specs).filter(([, { trainable }]) => trainable !== false));
}

/** The same parameters, of which no gradient is taken. */
export function frozenSpecs(specs: ParameterSpecs = {}): ParameterSpecs {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { ...spec, trainable: false }]),
  );
}

/** State as it stands among a model's arrays. */
export function stateSpecs(specs: ParameterSpecs = {}): ParameterSpecs {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { ...spec, trainable: false, state: true }]),
  );
}

/** The values of the parameters that gradients are taken of, in the order of the specs. */
export function trainableWeights(specs: ParameterSpecs, weights: Weights): Weights {
  const own = Object.keys(trainableSpecs(specs)).map((name) => [name, weights[name] as Expr] as const);
  return Object.fromEntries(own);
}
