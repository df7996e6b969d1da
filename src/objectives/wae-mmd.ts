import { kernelOf, type KernelName, kernels, mmdSquared } from "./mmd.js";
import { type Expr, scalar } from "../graph/index.js";
import { be, type OptionInfo, requireArgument, requireEntryOptions } from "../catalogue/index.js";
import type { ObjectiveInfo } from "./info.js";
import { comparable, isComparable } from "./least-batch.js";
import type { Objective, ObjectiveContext } from "./objective.js";
import { type EncoderKind, encoded, encoderKinds } from "./sample-based.js";
import { distortion, forward, priorDraws, rate, resultOf } from "./terms.js";

/** How samples are compared by a kernel. */
export interface MmdOptions {
  /** `imq`, the inverse multiquadratic (default), or `rbf`, the Gaussian. */
  readonly kernel?: KernelName;
  /** The kernel's width s (see `kernelOf`); default 1 for imq, the square root of the latent size for rbf. */
  readonly bandwidth?: number;
  /** Average the kernel over seven widths, from 0.1 to 10 times s squared; default true. */
  readonly multiscale?: boolean;
  /** The unbiased estimate (default) or the biased one, which is never negative. */
  readonly unbiased?: boolean;
}

interface Mmd {
  readonly config: Readonly<Record<string, number | string | boolean>>;
  measure(z: Expr, context: ObjectiveContext): Expr;
}

function mmdOf(options: MmdOptions): Mmd {
  const { kernel = "imq", bandwidth, multiscale = true, unbiased = true } = options;
  return {
    config: { kernel, ...(bandwidth !== undefined && { bandwidth }), multiscale, unbiased },
    measure(z, context) {
      if (!isComparable(z)) return scalar(0, z.dtype);
      const size = z.shape.at(-1) as number;
      const width = bandwidth ?? (kernel === "imq" ? 1 : Math.sqrt(size));
      return mmdSquared(z, priorDraws(context), kernelOf(kernel, size, width, multiscale), unbiased);
    },
  };
}

const mmdOptions: Readonly<Record<string, OptionInfo>> = {
  kernel: { type: "text", choices: kernels, default: "imq", about: "inverse multiquadratic or Gaussian" },
  bandwidth: { type: "number", min: 1e-6, about: "the kernel's width [default imq 1, rbf sqrt(z)]" },
  multiscale: { type: "boolean", default: true, about: "average the kernel over seven widths" },
  unbiased: { type: "boolean", default: true, about: "the unbiased estimate, which can be negative" },
};

/** Options of the Wasserstein autoencoder. */
export interface WaeMmdOptions extends MmdOptions {
  /** Weight of the discrepancy; default 1000. */
  readonly lambda?: number;
  /** Whether codes are the posterior's means (default) or draws of it. */
  readonly encoder?: EncoderKind;
}

/**
 * The Wasserstein autoencoder with a maximum mean discrepancy (Tolstikhin et al., Wasserstein Auto-Encoders, 2018):
 * reconstruction -log p(x|z) in nats per example plus lambda times the squared discrepancy, a number without unit,
 * of the batch's codes and as many draws of the prior. No density is asked for. As in the paper codes are the
 * posterior's means and nothing is drawn; with `encoder` random they are its draws, whose noise alone can imitate a
 * prior's spread and hide the data. A batch of one example, as an epoch's last may be, has no discrepancy. Throws a UserError if the posterior has no mean (random: no reparameterised draws)
 * or the prior no draws.
 */
export function waeMmd(options: WaeMmdOptions = {}): Objective {
  requireEntryOptions(waeMmdInfo, options);
  const { lambda = 1000, encoder = "deterministic", ...rest } = options;
  const { config, measure } = mmdOf(rest);
  return {
    name: "wae-mmd",
    config: { lambda, encoder, ...config },
    leastBatch: comparable,
    ...(encoder === "deterministic" && { deterministic: true }),
    build(context) {
      const pass = encoded(context, encoder, "wae-mmd");
      const reconstruction = distortion(pass, context).mean();
      const mmd = measure(pass.z, context);
      return resultOf("waeMmd", reconstruction.add(mmd.mul(lambda)), { reconstruction, mmd }, pass);
    },
  };
}

/** Options of InfoVAE. */
export interface InfoVaeOptions extends MmdOptions {
  /** 1 - alpha is the weight of the KL divergence; default 0. With 1 there is none. */
  readonly alpha?: number;
  /** lambda + alpha - 1 is the weight of the discrepancy; default 1000, the paper's for MNIST. */
  readonly lambda?: number;
}

/**
 * InfoVAE (Zhao, Song and Ermon, 2017): reconstruction + (1 - alpha) KL(q(z|x) || p(z)) + (lambda + alpha - 1) MMD,
 * in nats per example but for the squared discrepancy `mmd`, which has no unit. With alpha 1 it is the MMD-VAE,
 * which asks for no density. A batch of one example has no discrepancy. Throws a UserError for a KL divergence that doesn't exist, unless alpha is 1.
 */
export function infoVae(options: InfoVaeOptions = {}): Objective {
  requireEntryOptions(infoVaeInfo, options);
  const { alpha = 0, lambda = 1000, ...rest } = options;
  requireArgument("info-vae", "lambda", lambda, be.number(1 - alpha));
  const { config, measure } = mmdOf(rest);
  return {
    name: "info-vae",
    config: { alpha, lambda, ...config },
    leastBatch: comparable,
    build(context) {
      const pass = forward(context);
      const reconstruction = distortion(pass, context).mean();
      const mmd = measure(pass.z, context);
      const penalty = mmd.mul(lambda + alpha - 1);
      if (alpha === 1) return resultOf("infoVae", reconstruction.add(penalty), { reconstruction, mmd }, pass);
      const kl = rate(pass, context, "info-vae").value.mean();
      const loss = reconstruction.add(kl.mul(1 - alpha)).add(penalty);
      return resultOf("infoVae", loss, { reconstruction, kl, mmd }, pass);
    },
  };
}

/** What the registry tells of `waeMmd`. */
export const waeMmdInfo: ObjectiveInfo = {
  name: "wae-mmd",
  description: "Wasserstein autoencoder: reconstruction + lambda MMD of codes and prior draws",
  options: {
    lambda: { type: "number", min: 0, default: 1000, about: "weight of the discrepancy" },
    encoder: {
      type: "text",
      choices: encoderKinds,
      default: "deterministic",
      about: "codes are means or draws",
    },
    ...mmdOptions,
  },
  examples: ["wae-mmd", "wae-mmd(lambda=5, kernel=rbf, unbiased=false, multiscale=false, encoder=random)"],
  loss: ({ reconstruction = Number.NaN, mmd = Number.NaN }, { lambda }) =>
    reconstruction + Number(lambda) * mmd,
  make: (options) => waeMmd(options),
};

/** What the registry tells of `infoVae`. */
export const infoVaeInfo: ObjectiveInfo = {
  name: "info-vae",
  description: "reconstruction + (1 - alpha) KL + (lambda + alpha - 1) MMD; alpha=1 is the MMD-VAE",
  options: {
    alpha: { type: "number", max: 1, default: 0, about: "1 - alpha is the weight of the KL divergence" },
    lambda: { type: "number", default: 1000, about: "lambda + alpha - 1 is the weight of the discrepancy" },
    ...mmdOptions,
  },
  examples: ["info-vae", "info-vae(alpha=0.3, lambda=10)", "info-vae(alpha=1, lambda=5, kernel=rbf)"],
  loss: ({ reconstruction = Number.NaN, kl = 0, mmd = Number.NaN }, { alpha, lambda }) =>
    reconstruction + (1 - Number(alpha)) * kl + (Number(lambda) + Number(alpha) - 1) * mmd,
  make: (options) => infoVae(options),
};
