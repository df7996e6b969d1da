import { RandomStream, type Tensor, tensor, UserError } from "../tensor/index.js";
import { type Dataset, type Images, scaleOf, type Split } from "./dataset.js";
import { allocateShared } from "./shared.js";

/**
 * How grey levels in 0..1 become black and white:
 *
 * - `none`: they don't;
 * - `dynamic`: each time an example is used, every number is 1 with its grey level as probability, drawn afresh;
 * - `static`: the same draw, made once for each example, with a fixed seed;
 * - `threshold`: 1 above one half, else 0; nothing is random.
 *
 * Log-likelihoods of data that were made binary in different ways can't be compared with each other.
 */
export type Binarization = "none" | "dynamic" | "static" | "threshold";

/** The ways by name. */
export const binarizations: readonly Binarization[] = ["none", "dynamic", "static", "threshold"];

/** What a way of making data binary means, as a few words for people. */
export const binarizationText: Readonly<Record<Binarization, string>> = {
  none: "grey levels",
  dynamic: "dynamic binarisation",
  static: "static binarisation",
  threshold: "binarised at one half",
};

function requireUnit({ data }: Images, source: string): void {
  if (data instanceof Uint8Array) return;
  const bad = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (bad >= 0) {
    throw new UserError(
      `${source} can't be binarised: number ${bad} is ${data[bad]}, not a grey level in 0..1; ` +
        "scale the data, or leave out --binarize",
      2,
    );
  }
}

const chunk = 1 << 16;

function binarized(images: Images, mode: "static" | "threshold", split: string): Tensor<"uint8"> {
  const { data } = images;
  const scale = scaleOf(images);
  const bits = allocateShared("uint8", data.length);
  const stream = new RandomStream(0, "binarize", split);
  const levels = new Float32Array(Math.min(chunk, data.length)).fill(0.5);
  for (let start = 0; start < data.length; start += chunk) {
    const count = Math.min(chunk, data.length - start);
    if (mode === "static") stream.uniform(levels.subarray(0, count), start);
    for (let i = 0; i < count; i++) {
      bits[start + i] = (data[start + i] ?? 0) * scale > (levels[i] ?? 0) ? 255 : 0;
    }
  }
  return tensor("uint8", images.shape, bits);
}

/**
 * The data set with all its splits made binary: bytes 0 and 255, which read as 0 and 1. `static` draws with a seed
 * that is always the same, by the example's place in its split, so that every run and evaluation sees the same
 * examples. `dynamic` leaves the examples grey, since training and evaluation draw (see `gatherBatch`); `none` leaves
 * all as it is. Throws a UserError if a float is not in 0..1.
 */
export function binarizeDataset(dataset: Dataset, mode: Binarization): Dataset {
  if (!binarizations.includes(mode)) {
    throw new UserError(`binarize must be one of ${binarizations.join(", ")}, got ${String(mode)}`, 2);
  }
  if (mode === "none") return dataset;
  const { train, test, validation } = dataset;
  const made = (split: Split, name: string): Split => {
    requireUnit(split.images, `${dataset.name}, ${name} split,`);
    return mode === "dynamic" ? split : { ...split, images: binarized(split.images, mode, name) };
  };
  return {
    ...dataset,
    train: made(train, "train"),
    test: made(test, "test"),
    ...(validation && { validation: made(validation, "validation") }),
    notes: [...dataset.notes, `${binarizationText[mode]} of the grey levels`],
  };
}
