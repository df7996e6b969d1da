import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { fromArrays } from "../data/portable.js";
import { couplingFlow, normal } from "../distributions/index.js";
import { type TrainedVae, vae } from "../model/index.js";
import type { Objective } from "../objectives/index.js";
import { RandomStream, type Tensor, tensor, UserError } from "../tensor/index.js";
import { trainUnkept } from "../runs/portable.js";
import type { Platform, TrainEvent } from "../train/portable.js";
import type { LatentSampler } from "./sampler.js";

/** How a flow is fitted. */
export interface FlowOptions {
  /** Coupling layers; default 6. */
  readonly layers?: number;
  /** Hidden sizes of each layer's network; default [64, 64]. */
  readonly hidden?: readonly number[];
  /** Passes over the codes; default 20. */
  readonly epochs?: number;
  /** Codes a step; default 256. */
  readonly batchSize?: number;
  /** Adam's learning rate; default 1e-3. */
  readonly lr?: number;
  /** Seed of the first weights and the order of the codes; default 0. */
  readonly seed?: number;
  /** Told of the training. */
  readonly onEvent?: (event: TrainEvent) => void | Promise<void>;
}

const flowChecks = {
  layers: be.whole(1, 100),
  hidden: be.list(be.whole(1)),
  epochs: be.whole(1),
  batchSize: be.whole(1),
  lr: be.positive,
  seed: be.seed,
  onEvent: be.callable,
} as const satisfies ChecksOf<FlowOptions>;

/** A normalising flow fitted to codes. */
export interface FlowSampler extends LatentSampler {
  /** The average negative log-likelihood in nats of the held-out tenth of the codes after each epoch. */
  readonly history: readonly number[];
  /** Frees the engine's session. */
  close(): Promise<void>;
}

/** -log p(x) under the prior: maximum likelihood of the data as if they were latents. */
const density: Objective = {
  name: "density",
  config: {},
  build: ({ x, prior }) => {
    const loss = prior.logProb(x).neg().mean();
    return { loss, terms: { negativeLogLikelihood: loss } };
  },
};

interface Standardised {
  readonly values: Float32Array;
  readonly centre: readonly number[];
  readonly scale: readonly number[];
}

function standardised({ data, shape }: Tensor<"float32">): Standardised {
  const [n = 0, size = 0] = shape;
  const average = (f: (value: number, d: number) => number, d: number): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += f(data[i * size + d] ?? 0, d);
    return sum / n;
  };
  const axes = Array.from({ length: size }, (_, d) => d);
  const centre = axes.map((d) => average((value) => value, d));
  const scale = axes.map((d) => Math.sqrt(average((value) => (value - (centre[d] ?? 0)) ** 2, d)) || 1);
  const values = data.map((value, i) => (value - (centre[i % size] ?? 0)) / (scale[i % size] ?? 1));
  return { values, centre, scale };
}

/**
 * A flow of coupling layers fitted to codes [n, latent] by maximum likelihood, with the training that models are
 * trained by: the flow is the prior of a model whose data are the codes, standardised. Nine tenths of the codes are
 * trained on. Throws a UserError for fewer than 20 codes, codes that are not finite, and fewer than 2 coordinates.
 */
export async function fitFlowOn(
  platform: Platform,
  codes: Tensor<"float32">,
  options: FlowOptions = {},
): Promise<FlowSampler> {
  requireArgument("fitFlow", "codes", codes, be.tensor("float32"));
  requireOptions("fitFlow", options, flowChecks);
  const { layers = 6, hidden = [64, 64], epochs = 20, batchSize = 256, lr = 1e-3, seed = 0 } = options;
  const [n = 0, size = 0] = codes.shape;
  if (n < 20) throw new UserError(`flow: takes 20 codes or more, got ${n}`, 2);
  if (!codes.data.every(Number.isFinite)) throw new UserError("flow: the codes are not all finite numbers");
  const { values, centre, scale } = standardised(codes);
  const order = new RandomStream(seed, "flow", "held-out").permutation(n);
  const held = Math.max(1, Math.floor(n / 10));
  const rows = (indices: Int32Array): Tensor<"float32"> => {
    const out = tensor("float32", [indices.length, size]);
    indices.forEach((row, i) => out.data.set(values.subarray(row * size, (row + 1) * size), i * size));
    return out;
  };
  const data = fromArrays({
    name: "codes",
    train: rows(order.subarray(held)),
    test: rows(order.subarray(0, held)),
  });
  const definition = vae({
    input: [size],
    latent: size,
    hidden: [],
    prior: couplingFlow({ layers, hidden }),
    likelihood: normal({ scale: 1 }),
  });
  const { onEvent } = options;
  const run = await trainUnkept(platform, definition, data, {
    objective: density,
    epochs,
    batchSize,
    lr,
    seed,
    ...(onEvent && { onEvent: (event) => onEvent(event) }),
  });
  const history = run.history.map(({ evaluation }) => evaluation.terms.negativeLogLikelihood ?? Number.NaN);
  const stretch = scale.reduce((sum, value) => sum + Math.log(value), 0);
  return flowSampler(
    run.model,
    history.map((value) => value + stretch),
    centre,
    scale,
  );
}

function flowSampler(
  flow: TrainedVae,
  history: readonly number[],
  centre: readonly number[],
  scale: readonly number[],
): FlowSampler {
  const size = centre.length;
  return {
    name: "flow",
    description:
      "a flow of coupling layers fitted to the codes, log-likelihood " +
      `${(-(history.at(-1) ?? Number.NaN)).toFixed(3)} of held-out codes`,
    history,
    async draw(n, seed) {
      const { data, shape } = await flow.samplePrior(n, { seed });
      return tensor(
        "float32",
        shape,
        data.map((value, i) => value * (scale[i % size] ?? 1) + (centre[i % size] ?? 0)),
      );
    },
    close: () => flow.close(),
  };
}
