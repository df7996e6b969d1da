import { UserError } from "../../tensor/index.js";
import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import type { ObjectiveInfo } from "../info.js";
import type { Objective, ObjectiveContext } from "../objective.js";
import type { PictureLayout } from "../picture.js";
import { type Compare, compared, type OfOption } from "./compared.js";
import { ofInfo, requireLossOptions, weightInfo } from "./options.js";
import { pictureOf, unitPlanes } from "./planes.js";
import { mostScales, msSsimOf, scalesIn, ssimOf, windowSize } from "./similarity.js";

/** Options of structural similarity as reconstruction. */
export interface SsimOptions extends OfOption {
  /** Weight of 1 - SSIM, which is counted once for each number of an example; default 1. */
  readonly weight?: number;
  /**
   * Share of the mean absolute error that is mixed in, from 0 (default) to 1: SSIM alone hardly minds a shift of colour.
   * Zhao et al., Loss Functions for Image Restoration with Neural Networks (2017), take 0.16 beside MS-SSIM.
   */
  readonly l1?: number;
}

/** Options of multi-scale structural similarity as reconstruction. */
export interface MsSsimOptions extends SsimOptions {
  /** Scales, from 2 to 5, each of half the size of the one before; default: as many as there is room for, up to 5. */
  readonly scales?: number;
}

const room = `the window of ${windowSize} x ${windowSize} pixels`;

/** The pictures' layout. Throws a UserError if they are smaller than the window, or have no common black and white. */
function layoutFor(context: ObjectiveContext, name: string): PictureLayout {
  const layout = pictureOf(context, name);
  const { height, width, range } = layout;
  if (Math.min(height, width) < windowSize) {
    throw new UserError(`${name} has no room for ${room} in pictures of ${height} x ${width}; ${smaller}`, 2);
  }
  if (range === undefined) {
    throw new UserError(
      `${name} must know which numbers are black and white, which here are not the same for all pixels or not known; ` +
        "give bytes or floats from 0 to 1, and standardise all numbers alike or not at all",
      2,
    );
  }
  return layout;
}

const smaller = "take charbonnier, log-cosh, laplacian-pyramid or sigma-vae for small ones";

function structural(
  { weight = 1, l1 = 0 }: SsimOptions,
  layout: PictureLayout,
  measure: string,
  similarity: (x: Expr, y: Expr) => Expr,
): Compare {
  const numbers = layout.height * layout.width * layout.channels;
  return (x, made) => {
    const [a, b] = [unitPlanes(x, layout), unitPlanes(made, layout)];
    const value = similarity(a, b);
    const unlike = value
      .neg()
      .add(1)
      .mul(weight * numbers * (1 - l1));
    if (l1 === 0) return { distance: unlike, measures: { [measure]: value } };
    const absolute = a
      .sub(b)
      .abs()
      .sum([-3, -2, -1])
      .mul(weight * l1);
    return { distance: unlike.add(absolute), measures: { [measure]: value } };
  };
}

/**
 * Structural similarity as reconstruction: weight times (1 - SSIM), once for each number of an example, in place of
 * -log p(x|z) in the objective `of`. SSIM after Wang, Bovik, Sheikh and Simoncelli, Image Quality Assessment: From Error
 * Visibility to Structural Similarity (2004): Gaussian window of 11 x 11, standard deviation 1.5, K1 = 0.01, K2 = 0.03,
 * black 0 and white 1, averaged over all windows and channels. Terms `ssimLoss` (the loss), those of `of`, and `ssim`, the
 * mean similarity, 1 for equal pictures. Throws a UserError for examples that are no pictures or smaller than the window.
 */
export function ssim(options: SsimOptions = {}): Objective {
  requireLossOptions(ssimInfo, options);
  const { weight = 1, l1 = 0 } = options;
  const config = { weight, l1 };
  return compared("ssim", config, options, (context) =>
    structural(options, layoutFor(context, "ssim"), "ssim", ssimOf),
  );
}

/** Throws a UserError if pictures have no room for so many scales. */
function scalesFor({ height, width }: PictureLayout, wanted: number | undefined): number {
  const most = scalesIn(height, width);
  if (most < 2) {
    throw new UserError(
      `ms-ssim halves pictures at least once, and those of ${height} x ${width} have no room for ${room} then; take ssim`,
      2,
    );
  }
  if (wanted === undefined || wanted <= most) return wanted ?? most;
  throw new UserError(
    `ms-ssim: pictures of ${height} x ${width} have room for ${most} scales, not ${wanted}, as ${room} must fit into the ` +
      `coarsest; give scales=${most} or leave it out`,
    2,
  );
}

/**
 * Multi-scale structural similarity as reconstruction, as in the MSSIM-VAE (Snell et al., Learning to Generate Images with
 * Perceptual Similarity Metrics, 2017): weight times (1 - MS-SSIM), once for each number of an example, in place of
 * -log p(x|z) in the objective `of`. MS-SSIM after Wang, Simoncelli and Bovik, Multi-Scale Structural Similarity for Image
 * Quality Assessment (2003): 5 scales, from 161 pixels on; of smaller pictures those that there is room for, with weights
 * that add up to 1. Terms `msSsimLoss` (the loss), those of `of`, and `msSsim`. Throws a UserError for examples that are no
 * pictures, below 21 pixels, or without room for `scales`.
 */
export function msSsim(options: MsSsimOptions = {}): Objective {
  requireLossOptions(msSsimInfo, options);
  const { weight = 1, l1 = 0, scales } = options;
  return compared("ms-ssim", { weight, l1, ...(scales !== undefined && { scales }) }, options, (context) => {
    const layout = layoutFor(context, "ms-ssim");
    const count = scalesFor(layout, scales);
    return structural(options, layout, "msSsim", (x, y) => msSsimOf(x, y, count));
  });
}

const shared: ObjectiveInfo["options"] = {
  ...weightInfo(1),
  l1: { type: "number", min: 0, max: 1, default: 0, about: "share of the mean absolute error mixed in" },
};

/** What the registry tells of `ssim`. */
export const ssimInfo: ObjectiveInfo = {
  name: "ssim",
  description: "structural similarity of pictures as reconstruction, weighted against KL",
  options: { ...shared, ...ofInfo },
  examples: ["ssim", "ssim(weight=0.5, l1=0.2, of=beta-vae(beta=2))"],
  shape: [13, 11, 2],
  make: (options) => ssim(options),
};

/** What the registry tells of `msSsim`. */
export const msSsimInfo: ObjectiveInfo = {
  name: "ms-ssim",
  description: "structural similarity at several scales (MSSIM-VAE)",
  options: {
    ...shared,
    scales: { type: "integer", min: 2, max: mostScales, about: "scales; default as many as fit, up to 5" },
    ...ofInfo,
  },
  examples: ["ms-ssim", "ms-ssim(weight=2, l1=0.16, scales=2, of=autoencoder)"],
  shape: [23, 24],
  make: (options) => msSsim(options),
};
