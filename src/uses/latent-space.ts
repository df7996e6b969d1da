import { requireArgument } from "../catalogue/index.js";
import type { Family } from "../distributions/index.js";
import { aTrainedModel, type TrainedVae } from "../model/index.js";

/**
 * What some latent coordinates are, as they are to be shown and moved:
 *
 * - `real`, `positive`, `unit` (0 to 1): each by itself;
 * - `sphere`: together a vector of length 1; `simplex`: shares that add up to 1; `one-hot`: one 1 among zeros;
 * - `angle`: each from -pi to pi, which go round; `codebook`: vectors of a learned codebook.
 */
export type LatentKind =
  | "real"
  | "positive"
  | "unit"
  | "sphere"
  | "simplex"
  | "angle"
  | "one-hot"
  | "codebook";

/** Latent coordinates that are of one kind. */
export interface LatentPart {
  /** What a product calls it, else the posterior's family. */
  readonly name: string;
  readonly kind: LatentKind;
  /** The first of its coordinates, from 0. */
  readonly start: number;
  readonly size: number;
}

/** A part of a model's latent space. */
export interface LatentSpacePart extends LatentPart {
  /** The family of its posterior. */
  readonly family: Family;
}

function kindOf({ name, support }: Family): LatentKind {
  if (name === "vector-quantised") return "codebook";
  if (support === "oneHot" || /one-hot/.test(name)) return "one-hot";
  switch (support) {
    case "sphere":
    case "simplex":
    case "angle":
    case "positive":
      return support;
    case "unitInterval":
    case "binary":
      return "unit";
    default:
      return "real";
  }
}

function partsOf(family: Family, size: number, start: number, name: string): LatentSpacePart[] {
  const parts = family.parts?.([size]);
  if (parts === undefined) return [{ name, kind: kindOf(family), start, size, family }];
  return parts.flatMap((part) => partsOf(part.family, part.size, start + part.start, part.key));
}

/** What the coordinates of a model's latent space are, by its posterior: one part, or those of a product in their order. */
export function latentSpace(model: TrainedVae): readonly LatentSpacePart[] {
  requireArgument("latentSpace", "the model", model, aTrainedModel);
  const { posterior, latent } = model.definition;
  return partsOf(posterior, latent, 0, posterior.name);
}
