import { UserError } from "../../tensor/index.js";
import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import type { ObjectiveInfo } from "../info.js";
import type { Objective } from "../objective.js";
import type { PictureLayout } from "../picture.js";
import { type Band, expandBand, filtered, reduceBand } from "./bands.js";
import { compared, type OfOption } from "./compared.js";
import { ofInfo, requireLossOptions, weightInfo } from "./options.js";
import { pictureOf, planesOf } from "./planes.js";

/** Options of the Laplacian pyramid as reconstruction. */
export interface LaplacianPyramidOptions extends OfOption {
  /** Weight of an example's sum; default 10, as of a Laplace likelihood with scale 0.1. */
  readonly weight?: number;
  /** Levels, of which the last is what remains at the coarsest; default: as many as leave it 4 pixels or more, up to 5. */
  readonly levels?: number;
}

const usualLevels = 5;
const leastSide = 4;

/** Levels before a side is below `least`. */
function levelsIn({ height, width }: PictureLayout, least: number): number {
  let [side, levels] = [Math.min(height, width), 1];
  while (Math.ceil(side / 2) >= least && side > 1) {
    side = Math.ceil(side / 2);
    levels++;
  }
  return levels;
}

function levelsFor(layout: PictureLayout, wanted: number | undefined): number {
  if (wanted === undefined) return Math.min(usualLevels, levelsIn(layout, leastSide));
  const most = levelsIn(layout, 1);
  if (wanted <= most) return wanted;
  throw new UserError(
    `laplacian-pyramid: pictures of ${layout.height} x ${layout.width} can be halved ${most - 1} times, which gives ` +
      `${most} levels, not ${wanted}; give levels=${most} or fewer`,
    2,
  );
}

/** The levels of planes [..., h, w], the finest first. */
function pyramid(planes: Expr, levels: number): Expr[] {
  if (levels === 1) return [planes];
  const sides = planes.shape.slice(-2).map(Number);
  const [down, across] = sides.map(reduceBand) as [Band, Band];
  const [up, along] = sides.map(expandBand) as [Band, Band];
  const coarse = filtered(planes, down, across);
  return [planes.sub(filtered(coarse, up, along)), ...pyramid(coarse, levels - 1)];
}

/**
 * The Laplacian pyramid loss as reconstruction: weight times the sum over levels j = 0, 1, ... of 4^j times the absolute
 * differences of the two pyramids' levels, in place of -log p(x|z) in the objective `of`. A level has a quarter of the
 * numbers of the one before, so that all weigh about the same: edges and colours of whole regions alike. Bojanowski,
 * Joulin, Lopez-Paz and Szlam, Optimizing the Latent Space of Generative Networks (2018), after Ling and Okada, Diffusion
 * Distance for Histogram Comparison (2006); the pyramid of Burt and Adelson (1983). Terms `laplacianPyramidLoss` (the loss)
 * and those of `of`. Throws a UserError for examples that are no pictures, or too small for `levels`.
 */
export function laplacianPyramid(options: LaplacianPyramidOptions = {}): Objective {
  requireLossOptions(laplacianPyramidInfo, options);
  const { weight = 10, levels } = options;
  const config = { weight, ...(levels !== undefined && { levels }) };
  return compared("laplacian-pyramid", config, options, (context) => {
    const layout = pictureOf(context, "laplacian-pyramid");
    const count = levelsFor(layout, levels);
    return (x, made) => {
      // The pyramid is linear: that of the difference is the difference of the pyramids.
      const terms = pyramid(planesOf(made.sub(x), layout), count).map((level, j) =>
        level
          .abs()
          .sum([-3, -2, -1])
          .mul(4 ** j),
      );
      return { distance: terms.reduce((sum, term) => sum.add(term)).mul(weight) };
    };
  });
}

/** What the registry tells of `laplacianPyramid`. */
export const laplacianPyramidInfo: ObjectiveInfo = {
  name: "laplacian-pyramid",
  description: "absolute differences at every scale of pictures as reconstruction",
  options: {
    ...weightInfo(10),
    levels: { type: "integer", min: 1, about: "levels of the pyramid; default as many as fit, up to 5" },
    ...ofInfo,
  },
  examples: ["laplacian-pyramid", "laplacian-pyramid(weight=0.5, levels=4, of=beta-vae)"],
  shape: [9, 10, 3],
  make: (options) => laplacianPyramid(options),
};
