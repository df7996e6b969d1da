import { constant, type Expr, input } from "../../graph/index.js";
import { type FloatType, type Shape, type Tensor, type TensorLike, toTensor } from "../../tensor/index.js";
import { evaluationContext, type Mode, type NetworkContext, RunningState } from "../context.js";
import type { Built } from "../layer.js";
import { type ParameterSpecs, stateSpecs, trainableSpecs } from "../parameters.js";
import { CheckNoise, drawn, drawnWeights } from "./place.js";

/** Computes expressions on fed inputs; the package's `evaluate` is one. */
export type CheckEvaluate = (
  exprs: Readonly<Record<string, Expr>>,
  feeds: Readonly<Record<string, TensorLike>>,
) => Promise<Readonly<Record<string, Tensor>>>;

/** Something built, and where it stands. */
export interface Subject {
  readonly built: Built;
  readonly inShape: readonly number[];
  readonly evaluate: CheckEvaluate;
  readonly seed: number;
}

/** All arrays of something built: parameters and state. */
export function arraysOf(built: Built): ParameterSpecs {
  return { ...built.parameters, ...stateSpecs(built.state) };
}

/** A layer or network in a graph of its own, with numbers to feed. */
export class Placed {
  readonly x: Expr;
  readonly weights: Readonly<Record<string, Expr>>;
  readonly feeds: Record<string, Tensor>;
  /** What the state became in the last `apply`. */
  updates: Readonly<Record<string, Expr>> = {};
  private readonly noise: CheckNoise;

  /** `lead` are the axes before those of an example; weights are constants, as in exports, or inputs, as in training. */
  constructor(
    private readonly subject: Subject,
    private readonly mode: Mode,
    lead: readonly number[],
    { dtype = "float64", constants = false, named = false }: PlaceOptions = {},
  ) {
    const { built, inShape, seed } = subject;
    const values = drawnWeights(arraysOf(built), seed);
    const examples = drawn(seed, "x", [...lead, ...inShape]);
    const shape: Shape = named ? ["batch", ...inShape] : examples.shape;
    this.x = input("x", dtype, shape);
    const nodes = Object.entries(values).map(([name, value]) => {
      const node = constants ? constant(value, dtype) : input(`weight:${name}`, dtype, value.shape);
      return [name, node] as const;
    });
    this.weights = Object.fromEntries(nodes);
    this.noise = new CheckNoise(dtype, seed);
    const fed = Object.entries(values).map(([name, value]) => [`weight:${name}`, value] as const);
    this.feeds = { x: examples, ...(constants ? {} : Object.fromEntries(fed)) };
  }

  /** What comes out, perhaps with other nodes in place of some. */
  apply(changed: Readonly<Record<string, Expr>> = {}): Expr {
    const weights = { ...this.weights, ...changed };
    const dtype = this.x.dtype as FloatType;
    const state = new RunningState(weights, this.mode);
    const plain = evaluationContext(weights, dtype);
    const context: NetworkContext =
      this.mode === "train" ? { ...plain, mode: "train", state, noise: this.noise.restart() } : plain;
    const y = this.subject.built.apply(changed.x ?? this.x, context);
    this.updates = state.updates;
    return y;
  }

  /** What gradients are taken of, by name: `x` and the trainable parameters. */
  get targets(): Readonly<Record<string, Expr>> {
    const names = Object.keys(trainableSpecs(this.subject.built.parameters ?? {}));
    return { x: this.x, ...Object.fromEntries(names.map((name) => [name, this.weights[name] as Expr])) };
  }

  /** The values of expressions of this graph, perhaps with further numbers fed. */
  async run(
    exprs: Readonly<Record<string, Expr>>,
    more: Readonly<Record<string, Tensor>> = {},
  ): Promise<Readonly<Record<string, Tensor>>> {
    const entries = Object.entries({ ...this.feeds, ...this.noise.feeds, ...more });
    const dtype = this.x.dtype as FloatType;
    const feeds = entries.map(([name, value]) => [name, ofType(value, dtype)] as const);
    return this.subject.evaluate(exprs, Object.fromEntries(feeds));
  }
}

/** How something is placed in a graph. */
export interface PlaceOptions {
  readonly dtype?: FloatType;
  readonly constants?: boolean;
  readonly named?: boolean;
}

function ofType(value: Tensor, dtype: FloatType): Tensor {
  return value.dtype === dtype ? value : toTensor(value, dtype);
}
