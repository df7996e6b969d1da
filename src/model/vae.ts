import {
  bernoulli,
  type Distribution,
  type EncodedBy,
  type Encoding,
  type EncodingOf,
  type Family,
  type FamilyContext,
  type Role,
  normal,
} from "../distributions/index.js";
import type { Expr } from "../graph/index.js";
import {
  type ActivationName,
  countParameters,
  mlp,
  type Network,
  type ParameterSpecs,
  type Weights,
} from "../nn/index.js";
import { formatShape, sizeOf, UserError } from "../tensor/index.js";

/** How a variational autoencoder is built; only `input` is required. */
export interface VaeOptions<F extends Family = Family> {
  /** The shape of one example, such as `[28, 28]`. */
  readonly input: readonly number[];
  /** Number of latent coordinates z; default 2. */
  readonly latent?: number;
  /** Hidden sizes of the encoder, reversed for the decoder; default [256, 128]. */
  readonly hidden?: readonly number[];
  /** Between hidden layers; default `relu`. */
  readonly activation?: ActivationName;
  /** In place of the default encoder `mlp(hidden)`. */
  readonly encoder?: Network;
  /** In place of the default decoder `mlp(hidden reversed)`. */
  readonly decoder?: Network;
  /** q(z|x); default `normal()`, diagonal. */
  readonly posterior?: F;
  /** p(z); default `normal()`, standard. */
  readonly prior?: Family;
  /** p(x|z); default `bernoulli()`. */
  readonly likelihood?: Family;
  /**
   * The decoder's network is given z times this number. Default 1, on the sphere sqrt(z): the coordinates of a vector
   * of length 1 are small, and a network that starts and steps as for numbers of size 1 would learn slowly from them.
   */
  readonly latentScale?: number;
}

/** A model whose parameters are graph: what objectives and exports are built from. */
export interface BoundVae {
  /** q(z|x) for flat data [..., numbers]. */
  encode(x: Expr): Distribution;
  /** p(x|z) for latents [..., z]; draws are flat. */
  decode(z: Expr): Distribution;
  readonly prior: Distribution;
}

/** A number that changes from step to step, `at(step)` from step 0 on, under a name of its own. */
export type Scheduled = (name: string, at: (step: number) => number) => Expr;

/**
 * A variational autoencoder without values for its parameters. `E`, for the compiler only, is what `encode` returns once it
 * has them: `mean` and `logVar` of the normal posterior.
 */
export interface Vae<E extends Encoding = Encoding> {
  readonly input: readonly number[];
  readonly latent: number;
  /** Product of `input`: examples are flat vectors inside the model. */
  readonly dataSize: number;
  readonly encoder: Network;
  readonly decoder: Network;
  readonly posterior: Family<E>;
  readonly prior: Family;
  readonly likelihood: Family;
  /** What the decoder's network is given is z times this number. */
  readonly latentScale: number;
  /** Every trainable array by its PyTorch-style name. */
  readonly parameters: ParameterSpecs;
  /** Puts weights in place. `scheduled` hands out numbers that change from step to step; only training has them. */
  bind(weights: Weights, dtype: "float32" | "float64", scheduled?: Scheduled): BoundVae;
  /** One line: sizes, number of weights, distributions. */
  describe(): string;
}

const maximumLatent = 65536;
/** Protocol buffers, and so ONNX files, end at 2 GB. */
const maximumWeights = 500_000_000;

function prefixed(prefix: string, specs: ParameterSpecs = {}): ParameterSpecs {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [`${prefix}.${name}`, spec]));
}

function unprefixed(prefix: string, weights: Weights): Weights {
  const own = Object.entries(weights).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}

/**
 * A variational autoencoder (Kingma and Welling, 2014). By default the notebook's: encoder
 * input-256-128-2z, decoder z-128-256-input with ReLU between, a normal posterior from mean and log-variance, a
 * standard normal prior and a Bernoulli likelihood whose mean, the sigmoid of the decoder's output, is the image.
 * Throws a UserError for a latent size below 1, an input without numbers, or a `latentScale` not above 0.
 */
export function vae<F extends Family = Family<EncodingOf<"mean" | "logVar">>>(
  options: VaeOptions<F>,
): Vae<EncodedBy<F>> {
  const { input, latent = 2, hidden = [256, 128], activation = "relu" } = options;
  if (!Number.isInteger(latent) || latent < 1 || latent > maximumLatent) {
    throw new UserError(
      `the latent size (--z) must be a whole number from 1 to ${maximumLatent}, got ${latent}`,
      2,
    );
  }
  if (input.length === 0 || input.some((dim) => !Number.isInteger(dim) || dim < 1)) {
    throw new UserError(`an example's shape must be whole numbers from 1, got ${formatShape(input)}`, 2);
  }
  const dataSize = sizeOf(input);
  const event = [latent];
  const dataEvent = [dataSize];
  const encoder = options.encoder ?? mlp(hidden, { activation });
  const decoder = options.decoder ?? mlp([...hidden].reverse(), { activation });
  const posterior = (options.posterior ?? normal()) as Family as Family<EncodedBy<F>>;
  const { prior = normal(), likelihood = bernoulli() } = options;
  const { latentScale = posterior.support === "sphere" ? Math.sqrt(latent) : 1 } = options;
  if (!Number.isFinite(latentScale) || latentScale <= 0) {
    throw new UserError(`latentScale must be a number above 0, got ${latentScale}`, 2);
  }
  const encoderOut = posterior.rawSize(event);
  const decoderOut = likelihood.rawSize(dataEvent);
  const parameters: ParameterSpecs = {
    ...encoder.parameters("encoder", dataSize, encoderOut),
    ...decoder.parameters("decoder", latent, decoderOut),
    ...prefixed("posterior", posterior.weights?.(event, dataSize)),
    ...prefixed("prior", prior.weights?.(event, dataSize)),
    ...prefixed("likelihood", likelihood.weights?.(dataEvent, dataSize)),
  };
  const count = countParameters(parameters);
  if (count > maximumWeights) {
    throw new UserError(
      `the model would have ${count.toLocaleString("en-US")} weights, more than an ONNX file can hold; ` +
        "take smaller hidden sizes (--hidden) or a smaller latent (--z)",
      2,
    );
  }

  return {
    input: [...input],
    latent,
    dataSize,
    encoder,
    decoder,
    posterior,
    prior,
    likelihood,
    latentScale,
    parameters,
    bind(weights, dtype, scheduled): BoundVae {
      const context = (part: Role): FamilyContext => ({
        role: part,
        dtype,
        weights: unprefixed(part, weights),
        dataSize,
        ...(scheduled && { scheduled: (name, at) => scheduled(`${part}.${name}`, at) }),
      });
      const encode = (x: Expr): Distribution =>
        posterior.fromRaw(encoder.apply(x, weights, "encoder", encoderOut), event, context("posterior"));
      const decode = (z: Expr): Distribution =>
        likelihood.fromRaw(
          decoder.apply(latentScale === 1 ? z : z.mul(latentScale), weights, "decoder", decoderOut),
          dataEvent,
          context("likelihood"),
        );
      return { encode, decode, prior: prior.prior(event, { ...context("prior"), encode }) };
    },
    describe() {
      const sizes = `${encoder.describe(dataSize, encoderOut)} | ${decoder.describe(latent, decoderOut)}`;
      const count = countParameters(parameters).toLocaleString("en-US");
      const families = `posterior ${posterior.name}, prior ${prior.name}, likelihood ${likelihood.name}`;
      return `${sizes}, ${count} weights; ${families}`;
    },
  };
}
