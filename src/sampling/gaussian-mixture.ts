import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { RandomStream, type Tensor, tensor, UserError } from "../tensor/index.js";
import { kMeans } from "./k-means.js";
import { cholesky, logDiagonal, mahalanobis } from "./matrices.js";
import { type LatentSampler, requireCount } from "./sampler.js";

/** How a Gaussian mixture is fitted. */
export interface GaussianMixtureOptions {
  /** How many normal distributions; default 10. */
  readonly components?: number;
  /** Seed of the start; default 0. */
  readonly seed?: number;
  /** Rounds of EM at most; default 200. */
  readonly iterations?: number;
  /** EM ends when a round gains less than this, in nats per code; default 1e-5. */
  readonly tolerance?: number;
  /**
   * Part of the codes' average variance that is added to the diagonal of every covariance, so that none collapses
   * onto a point; default 1e-6.
   */
  readonly regularization?: number;
}

const mixtureChecks = {
  components: be.anything,
  seed: be.seed,
  iterations: be.anything,
  tolerance: be.number(),
  regularization: be.number(),
} as const satisfies ChecksOf<GaussianMixtureOptions>;

/** One normal distribution of a mixture, of codes [latent]. */
export interface MixtureComponent {
  weight: number;
  mean: Float64Array;
  /** The lower Cholesky factor of the covariance, in rows. */
  factor: Float64Array;
}

/** A mixture of normal distributions with full covariances, fitted to codes. */
export class GaussianMixture implements LatentSampler {
  readonly name = "gmm";

  constructor(
    /** Weights that add up to 1, means [latent] and lower Cholesky factors of the covariances [latent * latent]. */
    readonly components: readonly Readonly<MixtureComponent>[],
    /** The average log-likelihood of the codes in nats after each round of EM, the start first. */
    readonly history: readonly number[],
    /** Whether EM ended by itself. */
    readonly converged: boolean,
  ) {}

  /** Coordinates of a code. */
  get size(): number {
    return this.components[0]?.mean.length ?? 0;
  }

  get description(): string {
    const likelihood = (this.history.at(-1) ?? Number.NaN).toFixed(3);
    const rounds = `${this.history.length - 1} rounds of EM${this.converged ? "" : ", not converged"}`;
    return `a mixture of ${this.components.length} normal distributions, log-likelihood ${likelihood} (${rounds})`;
  }

  /** log p of codes [n, latent] in nats. */
  logDensity(codes: Tensor<"float32"> | Tensor<"float64">): Float64Array {
    const logs = new Float64Array(this.components.length);
    const scratch = new Float64Array(this.size);
    return Float64Array.from({ length: codes.shape[0] ?? 0 }, (_, i) =>
      logDensities(this.components, codes.data, i * this.size, logs, scratch),
    );
  }

  async draw(n: number, seed: number): Promise<Tensor<"float32">> {
    const { size, components } = this;
    const stream = new RandomStream(seed, "generate", "gmm");
    const levels = stream.child("component").uniform(new Float64Array(requireCount(n)), 0);
    const noise = stream.child("noise").normal(new Float64Array(n * size), 0);
    const out = tensor("float32", [n, size]);
    for (let i = 0; i < n; i++) {
      let [at, level] = [0, levels[i] ?? 0];
      while (at < components.length - 1 && level >= (components[at]?.weight ?? 0)) {
        level -= components[at++]?.weight ?? 0;
      }
      const { mean, factor } = components[at] as MixtureComponent;
      for (let d = 0; d < size; d++) {
        let value = mean[d] ?? 0;
        for (let k = 0; k <= d; k++) value += (factor[d * size + k] ?? 0) * (noise[i * size + k] ?? 0);
        out.data[i * size + d] = value;
      }
    }
    return out;
  }
}

/** Fills `logs` with log(weight p(x)) of each component and gives the logarithm of their sum. */
function logDensities(
  components: readonly Readonly<MixtureComponent>[],
  data: ArrayLike<number>,
  at: number,
  logs: Float64Array,
  scratch: Float64Array,
): number {
  const size = scratch.length;
  let top = -Infinity;
  components.forEach(({ weight, mean, factor }, c) => {
    const distance = mahalanobis(factor, mean, data, at, scratch);
    const log =
      Math.log(weight) - 0.5 * (distance + size * Math.log(2 * Math.PI)) - logDiagonal(factor, size);
    logs[c] = log;
    if (log > top) top = log;
  });
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
}

/** The component of points with the given responsibilities. */
function componentOf(
  data: ArrayLike<number>,
  n: number,
  size: number,
  share: (i: number) => number,
  jitter: number,
): MixtureComponent | undefined {
  const mean = new Float64Array(size);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const r = share(i);
    total += r;
    for (let d = 0; d < size; d++) mean[d] = (mean[d] ?? 0) + r * (data[i * size + d] ?? 0);
  }
  if (total < 1e-8) return undefined;
  for (let d = 0; d < size; d++) mean[d] = (mean[d] ?? 0) / total;
  const covariance = new Float64Array(size * size);
  const off = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    const r = share(i) / total;
    if (r < 1e-14) continue;
    for (let d = 0; d < size; d++) off[d] = (data[i * size + d] ?? 0) - (mean[d] ?? 0);
    for (let a = 0; a < size; a++) {
      const scaled = r * (off[a] ?? 0);
      for (let b = 0; b <= a; b++) {
        covariance[a * size + b] = (covariance[a * size + b] ?? 0) + scaled * (off[b] ?? 0);
      }
    }
  }
  for (let d = 0; d < size; d++) covariance[d * size + d] = (covariance[d * size + d] ?? 0) + jitter;
  const factor = cholesky(covariance, size);
  return factor && { weight: total / n, mean, factor };
}

/** Average variance of the coordinates. */
function spreadOf(data: ArrayLike<number>, n: number, size: number): number {
  let total = 0;
  for (let d = 0; d < size; d++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++) sum += data[i * size + d] ?? 0;
    for (let i = 0; i < n; i++) squares += ((data[i * size + d] ?? 0) - sum / n) ** 2;
    total += squares / n / size;
  }
  return total;
}

/**
 * A Gaussian mixture with full covariances, fitted to codes [n, latent] by expectation-maximisation from a k-means++
 * start, in float64; the same codes and seed give the same mixture. Each round raises the likelihood (up to the
 * regularisation). Decoding its draws is the ex-post density estimation of Ghosh et al. (2020). Throws a UserError for
 * codes that are not finite, fewer codes than components, or options out of range.
 */
export function fitGaussianMixture(
  codes: Tensor<"float32"> | Tensor<"float64">,
  options: GaussianMixtureOptions = {},
): GaussianMixture {
  requireArgument("fitGaussianMixture", "codes", codes, be.tensor("float64", "float32"));
  requireOptions("fitGaussianMixture", options, mixtureChecks);
  const { components: k = 10, seed = 0, iterations = 200, tolerance = 1e-5, regularization = 1e-6 } = options;
  const [n = 0, size = 0] = codes.shape;
  const { data } = codes;
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new UserError(`gmm: components must be a whole number from 1 to the ${n} codes, got ${k}`, 2);
  }
  if (!(tolerance >= 0) || !(regularization >= 0) || !Number.isInteger(iterations) || iterations < 1) {
    throw new UserError("gmm: iterations must be from 1, tolerance and regularization from 0 on", 2);
  }
  if (!data.every(Number.isFinite)) throw new UserError("gmm: the codes are not all finite numbers");

  const jitter = Math.max(regularization * spreadOf(data, n, size), Number.MIN_VALUE);
  const whole = componentOf(data, n, size, () => 1, Math.max(jitter, 1e-12));
  if (whole === undefined)
    throw new UserError("gmm: the codes have no spread that a covariance could be made of");
  const label = kMeans(data, n, size, k, new RandomStream(seed, "gmm", "start"));
  let components: MixtureComponent[] = Array.from({ length: k }, (_, c) => {
    const own = componentOf(data, n, size, (i) => (label[i] === c ? 1 : 0), jitter);
    return own ?? { ...whole, weight: 1 / n };
  });

  const shares = new Float64Array(n * k);
  const logs = new Float64Array(k);
  const scratch = new Float64Array(size);
  const expectation = (): { mean: number; worst: number } => {
    let [sum, lowest, worst] = [0, Infinity, 0];
    for (let i = 0; i < n; i++) {
      const log = logDensities(components, data, i * size, logs, scratch);
      for (let c = 0; c < k; c++) shares[i * k + c] = Math.exp((logs[c] ?? 0) - log);
      sum += log;
      if (log < lowest) [lowest, worst] = [log, i];
    }
    return { mean: sum / n, worst };
  };
  let state = expectation();
  const history = [state.mean];
  let converged = false;
  while (!converged && history.length <= iterations) {
    const { worst } = state;
    components = components.map((_, c) => {
      const own = componentOf(data, n, size, (i) => shares[i * k + c] ?? 0, jitter);
      // a component that nothing is left of begins anew at the point that is explained worst
      const mean = Float64Array.from({ length: size }, (_unused, d) => data[worst * size + d] ?? 0);
      return own ?? { weight: 1 / n, mean, factor: whole.factor };
    });
    const total = components.reduce((sum, { weight }) => sum + weight, 0);
    for (const component of components) component.weight /= total;
    state = expectation();
    converged = Math.abs(state.mean - (history.at(-1) ?? 0)) < tolerance;
    history.push(state.mean);
  }
  return new GaussianMixture(components, history, converged);
}
