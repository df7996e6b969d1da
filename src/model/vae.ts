import {
  bernoulli,
  type Distribution,
  distributions,
  type EncodedBy,
  type Encoding,
  type EncodingOf,
  type Family,
  type FamilyContext,
  normal,
  type Role,
} from "../distributions/index.js";
import { constant, type Expr } from "../graph/index.js";
import {
  conditioned,
  countParameters,
  evaluationContext,
  type LayerSummary,
  type Mode,
  type Network,
  type NetworkContext,
  networkOf,
  type NoiseSource,
  type ParameterSpecs,
  prefixed,
  RunningState,
  stateSpecs,
  unprefixed,
  type Weights,
} from "../nn/index.js";
import { type FloatType, sizeOf, UserError } from "../tensor/index.js";
import { networksOf } from "./networks.js";
import { partOf } from "./part.js";
import { checkVaeOptions, type ClassCondition, type FamilyLike, type VaeOptions } from "./vae-options.js";

export type { ClassCondition, FamilyLike, VaeOptions } from "./vae-options.js";

/** The distributions of a model, whose parameters are graph. */
export interface BoundDistributions {
  /** q(z|x) for flat data [..., numbers]; of a conditional model q(z|x, y). */
  encode(x: Expr): Distribution;
  /** p(x|z) for latents [..., z]; of a conditional model p(x|z, y). Draws are flat. */
  decode(z: Expr): Distribution;
  /** p(z), without batch axes, unless it depends on the condition: then p(z|y). */
  readonly prior: Distribution;
}

/** A model whose parameters are graph: what objectives and exports are built from. */
export interface BoundVae extends BoundDistributions {
  /** The same with another condition [..., numbers] for examples [..., numbers]. */
  given(condition: Expr): BoundDistributions;
  /** The unnormalised log-probabilities [..., classes] of q(y|x) for flat data, of a model with a classifier. */
  classify?(x: Expr): Expr;
  /** The values after this step, by name, of the running statistics that `encode` and `decode` have written so far. */
  stateUpdates(): Readonly<Record<string, Expr>>;
}

/** A number that changes from step to step, `at(step)` from step 0 on, under a name of its own. */
export type Scheduled = (name: string, at: (step: number) => number) => Expr;

/** What a model's graph is built for. */
export interface BindOptions {
  /** Default `evaluate`: no dropout, and normalisation by the running statistics. */
  readonly mode?: Mode;
  /** What layers draw noise from in training. */
  readonly noise?: NoiseSource;
  /** Hands out numbers that change from step to step; only training has them. */
  readonly scheduled?: Scheduled;
  /** What examples are given along with, [batch, numbers], for networks that take it. */
  readonly condition?: Expr;
}

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
  /** What examples are given along with, in a conditional model. */
  readonly condition?: ClassCondition;
  /** The network of q(y|x), in a model that can do without some of the labels. */
  readonly classifier?: Network;
  /**
   * Every array by its PyTorch-style name: parameters, frozen ones among them, and state such as running statistics.
   */
  readonly parameters: ParameterSpecs;
  /** The layers of encoder and decoder. */
  readonly layers: readonly LayerSummary[];
  /** Puts weights in place. */
  bind(weights: Weights, dtype: FloatType, options?: BindOptions): BoundVae;
  /** One line: sizes, number of weights, distributions. */
  describe(): string;
}

/** Protocol buffers, and so ONNX files, end at 2 GB. */
const maximumWeights = 500_000_000;

function requireRoom(count: number): void {
  if (count <= maximumWeights) return;
  throw new UserError(
    `the model would have ${count.toLocaleString("en-US")} weights, more than an ONNX file can hold; ` +
      "take smaller hidden sizes (`hidden`) or a smaller latent (`latent`)",
    2,
  );
}

function networkContext(
  weights: Weights,
  dtype: FloatType,
  options: BindOptions,
): NetworkContext & { readonly state: RunningState } {
  const { mode = "evaluate", condition } = options;
  const plain = evaluationContext(weights, dtype, condition);
  const state = new RunningState(weights, mode);
  return { ...plain, mode, state, noise: options.noise ?? plain.noise };
}

/** The shape that a decoder's network puts out for the `raw` numbers of the likelihood of examples of shape `input`. */
function decodedShape(input: readonly number[], raw: number): readonly number[] {
  const times = raw / sizeOf(input);
  if (times === 1) return input;
  return Number.isInteger(times) ? [times, ...input] : [raw];
}

function familyOf(role: Role, value: FamilyLike | undefined, usual: Family): Family {
  return value === undefined ? usual : distributions.take(role, value);
}

/** Throws a UserError for a prior that reads the condition where it gets none, and as one of several side by side. */
function requirePrior(prior: Family, event: readonly number[], classes: number | undefined): void {
  const part = prior.parts?.(event).find(({ family }) => family.conditional === true);
  if (part !== undefined) {
    throw new UserError(
      `the prior ${part.family.name} can't be one of several side by side; take it alone, or another for "${part.key}"`,
      2,
    );
  }
  if (prior.conditional !== true || classes !== undefined) return;
  throw new UserError(
    `the prior ${prior.name} is one for each class, but the model has no condition; give it one, such as ` +
      'condition: { classes: 10 } (--condition label), or take the prior "normal"',
    2,
  );
}

/**
 * A variational autoencoder (Kingma and Welling, 2014). By default the notebook's: encoder
 * input-256-128-2z, decoder z-128-256-input with ReLU between, a normal posterior from mean and log-variance, a
 * standard normal prior and a Bernoulli likelihood whose mean, the sigmoid of the decoder's output, is the image. With
 * `condition` all of them are given the example's class too (Sohn, Lee and Yan, 2015), with `classifier` there is q(y|x).
 * Throws a UserError that names the option for one that does not exist or has a value that it can't have.
 */
export function vae<F extends FamilyLike = Family<EncodingOf<"mean" | "logVar">>>(
  options: VaeOptions<F>,
): Vae<F extends Family ? EncodedBy<F> : Encoding> {
  checkVaeOptions(options);
  const { input, latent = 2 } = options;
  const dataSize = sizeOf(input);
  const event = [latent];
  const dataEvent = [dataSize];
  const { encoder, decoder } = networksOf(options);
  const posterior = familyOf("posterior", options.posterior, normal()) as Family<
    F extends Family ? EncodedBy<F> : Encoding
  >;
  const prior = familyOf("prior", options.prior, normal());
  const likelihood = familyOf("likelihood", options.likelihood, bernoulli());
  const { latentScale = posterior.support === "sphere" ? Math.sqrt(latent) : 1 } = options;
  const classes = options.condition?.classes;
  requirePrior(prior, event, classes);
  const besides = (network: Network): Network =>
    classes === undefined ? network : conditioned(network, classes);
  const encoding = partOf("encoder", besides(encoder), input, [posterior.rawSize(event)]);
  const decoded = decodedShape(input, likelihood.rawSize(dataEvent));
  const decoding = partOf("decoder", besides(decoder), event, decoded, input);
  const classifier =
    options.classifier === undefined ? undefined : networkOf(options.classifier, "classifier");
  const classifying =
    classifier && classes !== undefined ? partOf("classifier", classifier, input, [classes]) : undefined;
  const parameters: ParameterSpecs = {
    ...encoding.parameters,
    ...decoding.parameters,
    ...classifying?.parameters,
    ...prefixed("posterior", posterior.weights?.(event, dataSize)),
    ...prefixed("prior", prior.weights?.(event, dataSize, classes)),
    ...prefixed("likelihood", likelihood.weights?.(dataEvent, dataSize)),
    ...stateSpecs(encoding.state),
    ...stateSpecs(decoding.state),
    ...stateSpecs(classifying?.state),
  };
  requireRoom(countParameters(parameters));

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
    ...(classes !== undefined && { condition: { classes } }),
    ...(classifier && { classifier }),
    parameters,
    layers: [...encoding.layers, ...decoding.layers, ...(classifying?.layers ?? [])],
    bind(weights, dtype, bindOptions = {}): BoundVae {
      const { scheduled } = bindOptions;
      const networks = networkContext(weights, dtype, bindOptions);
      const context = (part: Role): FamilyContext => ({
        role: part,
        dtype,
        weights: unprefixed(part, weights),
        dataSize,
        mode: networks.mode,
        noise: networks.noise,
        ...(scheduled && { scheduled: (name, at) => scheduled(`${part}.${name}`, at) }),
      });
      const encodeIn = (x: Expr, given: NetworkContext): Distribution =>
        posterior.fromRaw(encoding.apply(x, given), event, context("posterior"));
      const decodeIn = (z: Expr, given: NetworkContext): Distribution =>
        likelihood.fromRaw(
          decoding.apply(latentScale === 1 ? z : z.mul(latentScale), given),
          dataEvent,
          context("likelihood"),
        );
      /** For priors that are made of the model's posteriors: of examples without a class, if it has a condition. */
      const encodeAlone = (x: Expr): Distribution => {
        if (classes === undefined) return encodeIn(x, networks);
        const none = constant(0, dtype).expand([...x.shape.slice(0, -1), classes]);
        return encodeIn(x, { ...networks, condition: none });
      };
      const distributionsIn = (given: NetworkContext): BoundDistributions => ({
        encode: (x) => encodeIn(x, given),
        decode: (z) => decodeIn(z, given),
        prior: prior.prior(event, {
          ...context("prior"),
          ...(given.condition && { condition: given.condition }),
          encode: encodeAlone,
        }),
      });
      return {
        ...distributionsIn(networks),
        given: (condition) => distributionsIn({ ...networks, condition }),
        ...(classifying && { classify: (x) => classifying.apply(x, networks) }),
        stateUpdates: () => networks.state.updates,
      };
    },
    describe() {
      const count = countParameters(parameters).toLocaleString("en-US");
      const families = `posterior ${posterior.name}, prior ${prior.name}, likelihood ${likelihood.name}`;
      const condition = classes === undefined ? "" : `, given one of ${classes} classes`;
      const tells = classifying === undefined ? "" : ` | ${classifying.text}`;
      return `${encoding.text} | ${decoding.text}${tells}, ${count} weights; ${families}${condition}`;
    },
  };
}
