import type { Expr } from "../../graph/index.js";
import "../../ops/index.js";
import { formatShape, UserError } from "../../tensor/index.js";
import type { ObjectiveContext } from "../objective.js";
import type { PictureLayout } from "../picture.js";

/** The pictures' layout. Throws a UserError, which names the objective, if the examples are no pictures. */
export function pictureOf({ picture, x }: ObjectiveContext, objective: string): PictureLayout {
  if (picture !== undefined) return picture;
  throw new UserError(
    `${objective} compares pictures, [height, width] or [height, width, channels], but the examples are ` +
      `${formatShape(x.shape.slice(-1))} numbers in a row; for those take charbonnier, log-cosh or sigma-vae`,
    2,
  );
}

/** Pictures [..., height * width * channels] as planes [..., channels, height, width]. */
export function planesOf(x: Expr, { height, width, channels }: PictureLayout): Expr {
  const lead = x.shape.slice(0, -1);
  if (channels === 1) return x.reshape([...lead, 1, height, width]);
  const pixels = x.reshape([...lead, height, width, channels]);
  const axes = lead.map((_, i) => i);
  const { length: first } = lead;
  return pixels.transpose([...axes, first + 2, first, first + 1]);
}

/** The same with black as 0 and white as 1. */
export function unitPlanes(x: Expr, layout: PictureLayout): Expr {
  const [black, white] = layout.range ?? [0, 1];
  const planes = planesOf(x, layout);
  return black === 0 && white === 1 ? planes : planes.sub(black).div(white - black);
}
