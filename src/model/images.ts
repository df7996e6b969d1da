import { be, type ChecksOf, requireArgument, requireOptions } from "../catalogue/index.js";
import { encodeNpy } from "../data/portable.js";
import { encodePng, imageGrid } from "../plot/index.js";
import { type Tensor, UserError } from "../tensor/index.js";

/** How images are laid out in a picture. */
export interface SaveImagesOptions {
  /** Images a row; default: as many as make the grid about square. */
  readonly columns?: number;
  /** Screen pixels a pixel; default: as many as bring an image to about 56 pixels. */
  readonly scale?: number;
  /** The numbers that are drawn black and white; default: the examples' own `range`, else 0 and 1. */
  readonly range?: readonly [black: number, white: number];
}

const saveChecks = {
  columns: be.whole(1),
  scale: be.whole(1),
  range: be.list(be.number(), 2, "[0, 1]"),
} as const satisfies ChecksOf<SaveImagesOptions>;

/** Whether `saveImages` knows what to do with a file of this name. */
function canSaveImages(path: string): boolean {
  return /\.(png|npy)$/i.test(path);
}

/**
 * Writes images [n, ...shape] to a file: to `.png` as a grid, to `.npy` as the numbers themselves. Node only.
 * Throws a UserError for other endings and when the file can't be written; it is written whole or not at all.
 */
export async function saveImages(
  images: Tensor & { readonly range?: readonly [number, number] | undefined },
  path: string,
  options: SaveImagesOptions = {},
): Promise<void> {
  requireArgument("saveImages", "its first argument", images, be.tensor());
  requireArgument("saveImages", "the path", path, be.text);
  requireOptions("saveImages", options, saveChecks);
  if (!canSaveImages(path)) {
    throw new UserError(
      `images are saved as .png or .npy; give a name with one of these endings, not ${path}`,
      2,
    );
  }
  const { writeWhole } = await import("../data/whole-file.js"); // keeps Node's modules out of browsers
  if (/\.npy$/i.test(path)) return writeWhole(path, encodeNpy(images));
  const range = options.range ?? images.range;
  const grid = imageGrid(images, { ...options, ...(range && { range }), shape: images.shape.slice(1) });
  await writeWhole(path, await encodePng(grid));
}

/** Examples that a model has made: a tensor [n, ...shape] of float32, in the data's own units, that can be saved. */
export class ExampleBatch implements Tensor<"float32"> {
  readonly dtype = "float32";

  constructor(
    readonly shape: readonly number[],
    readonly data: Float32Array,
    /** What is drawn black and white, if it is not 0 and 1: the range of the training examples. */
    readonly range?: readonly [black: number, white: number],
  ) {}

  /** Writes them to a `.png` or `.npy` file, as `saveImages` does. */
  save(path: string, options: SaveImagesOptions = {}): Promise<void> {
    return saveImages(this, path, options);
  }
}
