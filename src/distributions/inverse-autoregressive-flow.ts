import type { Expr } from "../graph/index.js";
import type { ParameterSpecs, Weights } from "../nn/index.js";
import { concat } from "../ops/index.js";
import { broadcast, sameShape, UserError } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { drawFrom } from "./distribution.js";
import type { EncodingOf, Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { maskedNetwork, type MaskedNetwork, maskedSpecs } from "./masked.js";
import { vectorSize } from "./multivariate-normal.js";
import { normal } from "./normal.js";

const name = "inverse-autoregressive-flow";

/** Options of an inverse autoregressive flow. */
export interface InverseAutoregressiveFlowOptions {
  /** Flow steps, the order of the coordinates reversed between them; default 2. */
  readonly layers?: number;
  /** Hidden sizes of each step's masked network; default [64]. */
  readonly hidden?: readonly number[];
  /** Numbers that the encoder puts out for the steps, beside mean and log-variance; default z. */
  readonly context?: number;
}

/** A step's gate and shift as functions of its input: y = gate x + (1 - gate) shift. */
type Step = (x: Expr) => { readonly logit: Expr; readonly shift: Expr };

function forward(step: Step, x: Expr): { readonly y: Expr; readonly logDet: Expr } {
  const { logit, shift } = step(x);
  const y = x.sub(shift).mul(logit.sigmoid()).add(shift);
  return { y, logDet: logit.logSigmoid().sum(-1) };
}

/** The x that the step maps to y: coordinate by coordinate, since each needs those before it. */
function backward(step: Step, y: Expr): Expr {
  const z = y.shape.at(-1) as number;
  let x = y.mul(0);
  for (let i = 0; i < z; i++) {
    const { logit, shift } = step(x);
    const solved = y.sub(shift).div(logit.sigmoid()).add(shift);
    x = concat(
      [x.slice(-1, 0, i), solved.slice(-1, i, i + 1), x.slice(-1, i + 1)].filter((p) => p.shape.at(-1) !== 0),
    );
  }
  return x;
}

/** The distribution of a diagonal normal's draw after the steps. */
function flowOf(base: Distribution, steps: readonly Step[]): Distribution {
  const densities = new WeakMap<Expr, Expr>();
  return {
    name,
    params: base.params,
    shape: base.shape,
    eventRank: 1,
    support: "real",
    logProb: (y) => {
      // of draws of its own the density has been found on the way; others take z passes a step
      const known = densities.get(y);
      if (known !== undefined) return known;
      const { loc } = base.params;
      const whole = sameShape(broadcast(y.shape, base.shape), y.shape) ? y : y.add((loc as Expr).mul(0));
      let at = whole;
      let logDet = whole.sum(-1).mul(0);
      for (const step of [...steps].reverse()) {
        at = backward(step, at.reverse(-1));
        logDet = logDet.add(forward(step, at).logDet);
      }
      return base.logProb(at).sub(logDet);
    },
    rsample: (noise, sampleShape = []) => {
      let at = drawFrom(base, noise, sampleShape);
      let density = base.logProb(at);
      for (const step of steps) {
        const { y, logDet } = forward(step, at);
        at = y.reverse(-1);
        density = density.sub(logDet);
      }
      densities.set(at, density);
      return at;
    },
  };
}

function stepsOf(weights: Weights, count: number, network: MaskedNetwork, context: Expr | undefined): Step[] {
  return Array.from({ length: count }, (_, i) => (x) => {
    const shape = [...x.shape.slice(0, -1), network.context];
    const given = context === undefined ? x : concat([x, context.expand(shape, x.slice(-1, 0, 1))]);
    const [raw, shift] = maskedNetwork(given, weights, `layers.${i}`, network) as [Expr, Expr];
    // gates start near open, so that the flow starts near the identity
    return { logit: raw.add(2), shift };
  });
}

const makeFamily = (options: InverseAutoregressiveFlowOptions = {}): Family<EncodingOf<"loc" | "scale">> => {
  const { layers = 2, hidden = [64] } = options;
  if (!Number.isInteger(layers) || layers < 1) {
    throw new UserError(`${name}: layers must be a whole number from 1, got ${layers}`, 2);
  }
  const wrong = hidden.find((size) => !Number.isInteger(size) || size < 1);
  if (wrong !== undefined)
    throw new UserError(`${name}: hidden sizes must be whole numbers from 1, got ${wrong}`, 2);
  const networkOf = (event: readonly number[]): MaskedNetwork => {
    const size = vectorSize(name, event);
    return { size, hidden, outputs: 2, context: options.context ?? size };
  };
  return {
    name,
    config: { layers, hidden, ...(options.context !== undefined && { context: options.context }) },
    support: "real",
    weights: (event) => {
      const specs = Array.from({ length: layers }, (_, i) => maskedSpecs(`layers.${i}`, networkOf(event)));
      return Object.assign({}, ...specs) as ParameterSpecs;
    },
    rawSize: (event) => 2 * vectorSize(name, event) + networkOf(event).context,
    fromRaw: (raw, event, familyContext) => {
      const network = networkOf(event);
      const [base, context] = raw.split(-1, [2 * network.size, network.context]) as [Expr, Expr];
      const start = normal().fromRaw(base, event, familyContext);
      return flowOf(
        start,
        stepsOf(familyContext.weights, layers, network, network.context === 0 ? undefined : context),
      );
    },
    prior: () => {
      throw new UserError(`${name} is a posterior; as a prior take coupling-flow`, 2);
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "a normal posterior made flexible by masked autoregressive steps (IAF)",
  roles: ["posterior"],
  examples: [
    "inverse-autoregressive-flow(layers=2, hidden=[8])",
    "inverse-autoregressive-flow(layers=1, hidden=[4, 4], context=3)",
  ],
  options: {
    layers: { type: "integer", min: 1, max: 100, default: 2, about: "steps" },
    hidden: { type: "numbers", default: [64], about: "hidden sizes of each step's masked network" },
    context: { type: "integer", min: 0, about: "numbers from the encoder for the steps; default z" },
  },
  make: makeFamily,
};

/** Makes inverse autoregressive flows. */
export interface InverseAutoregressiveFlowFactory {
  (options?: InverseAutoregressiveFlowOptions): Family<EncodingOf<"loc" | "scale">>;
  readonly familyName: string;
  readonly info: FamilyInfo;
}

/**
 * The inverse autoregressive flow as a posterior (Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling,
 * Improved Variational Inference with Inverse Autoregressive Flow, 2016), in its gated form: a diagonal normal
 * draw, then steps y = s x + (1 - s) m with s = sigmoid and m from a masked network of x and the encoder's context.
 * The density of its own draws costs nothing more; of any other point it is exact too, in z passes a step.
 */
export const inverseAutoregressiveFlow: InverseAutoregressiveFlowFactory = familyFactory(makeFamily, {
  familyName: name,
  info,
});
