import { type Expr, requireExpression } from "../graph/index.js";
import "../ops/index.js";
import { be, type FloatType, formatShape, requireArgument, UserError } from "../tensor/index.js";
import type { NoiseSource } from "./noise.js";
import type { Weights } from "./parameters.js";
import { unprefixed } from "./scope.js";

/** Whether a network is being trained: dropout and normalisation by the batch's statistics work only then. */
export type Mode = "train" | "evaluate";

/** The arrays of a network that training changes without gradients, such as running statistics. */
export interface NetworkState {
  /** The value of a state by its name: the saved one or, once it was written, that. */
  read(name: string): Expr;
  /** Sets the value after this step. Throws an Error in evaluation, where nothing is written. */
  write(name: string, next: Expr): void;
}

/** What a network may use beside its input when it is applied. */
export interface NetworkContext {
  /** dtype of the graph. */
  readonly dtype: FloatType;
  /** Values of what the network's `parameters` named. */
  readonly weights: Weights;
  readonly mode: Mode;
  /** Fresh noise at each step, for dropout; only in training. */
  readonly noise: NoiseSource;
  readonly state: NetworkState;
  /** What the example is given along with, such as its class: [batch, numbers]. See `alongside`. */
  readonly condition?: Expr;
}

const aContext = be.having(
  ["dtype", "weights", "mode"],
  "a network's context, which its apply(x, context) gets",
);

/** The state of a model while its graph is built: values by name, and what was written over them. */
export class RunningState implements NetworkState {
  private readonly written = new Map<string, Expr>();

  constructor(
    private readonly weights: Weights,
    private readonly mode: Mode,
  ) {}

  read(name: string): Expr {
    const value = this.written.get(name) ?? this.weights[name];
    if (value === undefined) throw new Error(`the state "${name}" is missing`);
    return value;
  }

  write(name: string, next: Expr): void {
    if (this.mode === "evaluate") throw new Error(`the state "${name}" can only be written in training`);
    const now = this.read(name);
    if (now.shape.join() !== next.shape.join() || now.dtype !== next.dtype) {
      const [a, b] = [now, next].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`);
      throw new Error(`the state "${name}" is ${a}, but ${b} was written`);
    }
    this.written.set(name, next);
  }

  /** The values after this step of the states that were written. */
  get updates(): Readonly<Record<string, Expr>> {
    return Object.fromEntries(this.written);
  }
}

const noNoise: NoiseSource = {
  draw() {
    throw new Error("networks draw no noise in evaluation");
  },
};

/** How a trained network is applied: no noise, and state is only read. */
export function evaluationContext(weights: Weights, dtype: FloatType, condition?: Expr): NetworkContext {
  return {
    dtype,
    weights,
    mode: "evaluate",
    noise: noNoise,
    state: new RunningState(weights, "evaluate"),
    ...(condition && { condition }),
  };
}

/** What a part of a network may use: its own parameters and state, without `prefix` and a dot before their names. */
export function partContext(context: NetworkContext, prefix: string): NetworkContext {
  const { state } = context;
  return {
    ...context,
    weights: unprefixed(prefix, context.weights),
    state: {
      read: (name) => state.read(`${prefix}.${name}`),
      write: (name, next) => state.write(`${prefix}.${name}`, next),
    },
  };
}

/**
 * The condition for examples `x` [..., ...example], whose last `exampleRank` axes are one example's: the condition [batch,
 * numbers] repeated for the further axes of x, such as draws [k, batch, latent]. Throws a UserError if there is none.
 */
export function alongside(x: Expr, context: NetworkContext, exampleRank = 1): Expr {
  requireExpression("alongside", x);
  requireArgument("alongside", "the context", context, aContext);
  requireArgument("alongside", "the rank of an example", exampleRank, be.whole(0, x.rank));
  const { condition } = context;
  if (condition === undefined)
    throw new UserError("this network takes a condition, but the model has none", 2);
  const lead = x.shape.slice(0, x.rank - exampleRank);
  return condition.expand([...lead, ...condition.shape.slice(-1)]);
}
