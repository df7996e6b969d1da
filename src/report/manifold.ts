import { type ClassLike, className, classNumber, type TrainedVae } from "../model/index.js";
import {
  circleCodes,
  encodePng,
  type GreyRange,
  imageGrid,
  linearAxis,
  manifoldCodes,
  manifoldGrid,
  manifoldMap,
  type PlacedCodes,
  placedImages,
  type Raster,
  rasterSvg,
  sphereCodes,
  triangleCodes,
} from "../plot/index.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import { rangeText, type RunPicture } from "./run-picture.js";

/** How the latent space is walked over. */
export interface ManifoldSettings {
  /** Images a side; default 20. */
  readonly size?: number;
  /** Coordinates go from -extent to extent; default 3 for a normal prior, else where the prior's draws are. */
  readonly extent?: number;
  /** The class to show, of a conditional model; default the most frequent of its training data. */
  readonly condition?: ClassLike;
}

/** The class that a conditional model's latent space is shown of, as an option of `decode`. */
export function walkedClass(
  { classes }: TrainedVae,
  { condition }: Pick<ManifoldSettings, "condition"> = {},
): { readonly condition?: ClassLike } {
  if (classes === undefined) return condition === undefined ? {} : { condition };
  const { rates } = classes;
  return { condition: condition ?? rates.indexOf(rates.reduce((a, b) => Math.max(a, b))) };
}

/** The codes to decode, and how the images of them are laid out. */
export interface LatentWalk {
  readonly codes: Tensor<"float32">;
  readonly caption: string;
  /** Draws the decoded images. */
  draw(images: Drawn): Promise<{ readonly png: Raster; readonly svg: string }>;
}

type Definition = TrainedVae["definition"];

/** Decoded images, and what of their numbers is black and white. */
type Drawn = Tensor & { readonly range?: GreyRange | undefined };

function rangeOf({ range }: Drawn): { readonly range?: GreyRange } {
  return range === undefined ? {} : { range };
}

const draws = 2000;

/** Between which bounds each coordinate of nearly all draws of the prior lies. */
async function reach(
  model: TrainedVae,
  settings: Pick<ManifoldSettings, "condition">,
): Promise<[low: number, high: number][]> {
  const { data, shape } = await model.samplePrior(draws, walkedClass(model, settings));
  const width = shape[1] ?? 1;
  return Array.from({ length: width }, (_, k) => {
    const values = Array.from({ length: draws }, (_, i) => data[i * width + k] ?? 0).sort((a, b) => a - b);
    const [low = 0, high = 0] = [values[Math.floor(draws * 0.02)], values[Math.ceil(draws * 0.98) - 1]];
    return low < high ? [low, high] : [low - 1, high + 1];
  });
}

function between([low, high]: readonly [number, number], size: number): number[] {
  return Array.from({ length: size }, (_, i) => low + ((high - low) * (i + 0.5)) / size);
}

const rounded = (value: number): string => String(Number(value.toPrecision(2)));

async function axesOf(
  model: TrainedVae,
  size: number,
  settings: ManifoldSettings,
): Promise<{ axes: number[][]; about: string }> {
  const { extent } = settings;
  const { latent, posterior, prior } = model.definition;
  const same = (axis: number[]): number[][] => Array.from({ length: latent }, () => axis);
  if (extent !== undefined) return { axes: same(linearAxis(size, extent)), about: `-${extent} to ${extent}` };
  if (posterior.support === "angle") {
    return { axes: same(between([-Math.PI, Math.PI], size)), about: "all angles" };
  }
  if (prior.name === "normal") return { axes: same(linearAxis(size, 3)), about: "-3 to 3" };
  const ranges = await reach(model, settings);
  const about = ranges.map(([low, high]) => `${rounded(low)} to ${rounded(high)}`).join(" and ");
  return {
    axes: ranges.map((range) => between(range, size)),
    about: `${about}, where the prior ${prior.name} has its draws`,
  };
}

function onPlaces(shape: readonly number[], walk: PlacedCodes, caption: string): LatentWalk {
  return {
    codes: walk.codes,
    caption,
    draw: async (images) => {
      const png = placedImages(images, { shape, places: walk.places, ...rangeOf(images) });
      return { png, svg: await rasterSvg(png) };
    },
  };
}

function inGrid(
  shape: readonly number[],
  codes: Tensor<"float32">,
  caption: string,
  numbered: boolean,
): LatentWalk {
  return {
    codes,
    caption,
    draw: async (images) => {
      const labels = Array.from({ length: codes.shape[0] ?? 0 }, (_, i) => i + 1);
      const png = imageGrid(images, { shape, ...rangeOf(images), ...(numbered && { labels }) });
      return { png, svg: await rasterSvg(png) };
    },
  };
}

/** One code a class: the unit vectors. */
function classes(count: number): Tensor<"float32"> {
  const codes = tensor("float32", [count, count]);
  for (let i = 0; i < count; i++) codes.data[i * count + i] = 1;
  return codes;
}

/** The vectors of a codebook as wide as the latent. */
function codebook({ definition, weights }: TrainedVae): Tensor<"float32"> | undefined {
  const [, found] = Object.entries(weights).find(([name]) => /^posterior\..*codebook$/.test(name)) ?? [];
  return found?.dtype === "float32" && found.shape[1] === definition.latent
    ? (found as Tensor<"float32">)
    : undefined;
}

/** The first `most` rows. */
function firstRows({ shape, data }: Tensor<"float32">, most: number): Tensor<"float32"> {
  const [n = 0, width = 1] = shape;
  const count = Math.min(n, most);
  return tensor("float32", [count, width], data.slice(0, count * width));
}

function refusal({ latent, posterior }: Definition): UserError {
  const what = {
    sphere: "a sphere in 2 or 3 coordinates",
    simplex: "a simplex in 2 or 3 coordinates",
  }[posterior.support as string];
  return new UserError(
    `the manifold is drawn of ${what ?? "a latent with 1 or 2 coordinates"}, this model has ${latent}; ` +
      "train one with `latent` 2",
  );
}

/**
 * How a model's latent space is walked over, by the support of its posterior: the plane as a square, a line as a
 * row, the circle as a ring, the sphere as its two halves, the simplex as a triangle, classes and the vectors of a
 * codebook one by one. Throws a UserError for a latent with more coordinates than can be drawn.
 */
export async function latentWalk(model: TrainedVae, settings: ManifoldSettings = {}): Promise<LatentWalk> {
  const { size = 20 } = settings;
  const { definition } = model;
  const { latent, input: shape, posterior } = definition;
  const codes = codebook(model);
  if (codes !== undefined) {
    const some = firstRows(codes, size * size);
    const count = `${some.shape[0] === codes.shape[0] ? "The" : `The first ${some.shape[0]} of`}`;
    return inGrid(shape, some, `${count} ${codes.shape[0]} vectors of the codebook, decoded.`, false);
  }
  const discrete = posterior.support === "oneHot" || /one-hot/.test(posterior.name);
  if (discrete) return inGrid(shape, classes(latent), `Each of the ${latent} classes, decoded.`, true);
  switch (posterior.support) {
    case "sphere":
      if (latent === 2) return onPlaces(shape, circleCodes(2 * size), "The circle of directions, decoded.");
      if (latent === 3) {
        const caption = "The sphere of directions, decoded: the front (z₃ above 0), and the back.";
        return onPlaces(shape, sphereCodes(size), caption);
      }
      throw refusal(definition);
    case "simplex":
      if (latent === 2) {
        const shares = between([0, 1], size).flatMap((share) => [1 - share, share]);
        const line = tensor("float32", [size, 2], Float32Array.from(shares));
        return inGrid(shape, line, "The line of shares from z₁ to z₂, decoded.", false);
      }
      if (latent === 3) {
        const caption = "The triangle of shares, decoded: z₁ on top, z₂ at the left, z₃ at the right.";
        return onPlaces(shape, triangleCodes(size), caption);
      }
      throw refusal(definition);
    default:
      break;
  }
  if (latent > 2) throw refusal(definition);
  const { axes, about } = await axesOf(model, size, settings);
  const [axis = [], axisY = axis] = axes;
  if (latent === 1) {
    const line = tensor("float32", [size, 1], Float32Array.from(axis));
    return inGrid(shape, line, `The latent line, ${about}, decoded row by row.`, false);
  }
  return {
    codes: manifoldCodes(axis, axisY),
    caption: `The latent plane, ${about}, decoded.`,
    draw: async (images) => ({
      png: manifoldGrid(images, { shape, ...rangeOf(images) }),
      svg: await manifoldMap(images, { shape, axis, axisY, ...rangeOf(images) }),
    }),
  };
}

/**
 * The latent space as decoded images (see `latentWalk`), as PNG and as SVG, the plane with axes. Throws a UserError
 * for a latent with more coordinates than can be drawn, and for examples that are not images.
 */
export async function manifoldPicture(
  { model }: { readonly model: TrainedVae },
  settings: ManifoldSettings = {},
): Promise<RunPicture> {
  const walk = await latentWalk(model, settings);
  const given = walkedClass(model, settings);
  const images = await model.decode(walk.codes, given);
  const { png, svg } = await walk.draw(images);
  return {
    title: "Manifold",
    caption: `${walk.caption}${classText(model, given)}${rangeText(images.range)}`,
    files: { "manifold.svg": svg, "manifold.png": await encodePng(png) },
  };
}

/** Which class a picture shows, as a sentence at the end of a caption; nothing without one. */
function classText({ classes }: TrainedVae, { condition }: { readonly condition?: ClassLike }): string {
  if (classes === undefined || condition === undefined) return "";
  return ` All of the class ${className(classes, classNumber(condition, classes))}.`;
}

/** Whether a model's latent space can be drawn as decoded images. */
export function hasManifold({ latent, posterior }: Definition): boolean {
  const { support, name } = posterior;
  const few = support === "sphere" || support === "simplex" ? 3 : 2;
  return latent <= few || support === "oneHot" || /one-hot|^vector-quantised$/.test(name);
}
