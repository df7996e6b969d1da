import { be, type ChecksOf, requireArgument, requireOptions } from "../../catalogue/index.js";
import { aDataset, asInput, type Dataset, schemaOf, splitNames, toFloats } from "../../data/portable.js";
import { splitOf } from "../../evaluate/index.js";
import { aTrainedModel, type TrainedVae } from "../../model/index.js";
import { labelledRows, type Raster, viridis } from "../../plot/index.js";
import { type Tensor, tensor, UserError } from "../../tensor/index.js";
import { givenOf, pickExamples } from "../picked.js";
import type { ScoredOptions, Scorer } from "./scorer.js";

/** Options of {@link blamePicture}. */
export interface BlamePictureOptions extends ScoredOptions {
  /** What each picture is called; default its row. */
  readonly columnLabels?: readonly string[];
}

const checks = {
  split: be.oneOf(splitNames),
  columnLabels: be.list(be.anything, 1, '["0", "1"]'),
} as const satisfies ChecksOf<BlamePictureOptions>;

/** Pixels of pictures in black and white or colour as RGB bytes. */
function asRgb(
  { data }: Tensor<"float32">,
  pixels: number,
  channels: number,
  range: readonly [number, number],
): Uint8Array {
  const out = new Uint8Array(pixels * 3);
  const span = range[1] - range[0] || 1;
  for (let p = 0; p < pixels; p++) {
    for (let c = 0; c < 3; c++) {
      const value = data[p * channels + (channels < 3 ? 0 : c)] ?? 0;
      out[3 * p + c] = Math.round(255 * Math.min(1, Math.max(0, (value - range[0]) / span)));
    }
  }
  return out;
}

/** Excess as colours, each example from nothing (dark) to its own largest (bright). */
function asHeat({ data, shape }: Tensor<"float32">): Uint8Array {
  const [n = 0, parts = 0] = shape;
  const out = new Uint8Array(n * parts * 3);
  for (let i = 0; i < n; i++) {
    const own = data.subarray(i * parts, (i + 1) * parts);
    const most = own.reduce((a, b) => Math.max(a, b), 1e-12);
    own.forEach((value, p) => out.set(viridis(Math.max(0, value) / most), (i * parts + p) * 3));
  }
  return out;
}

/**
 * Pictures of a split at the given rows, under each what the model makes of it, and under that a heat map of the pixels to
 * blame: those whose reconstruction costs most beyond what is usual there. Throws a UserError if examples are no pictures.
 */
export async function blamePicture(
  model: TrainedVae,
  scorer: Scorer,
  dataset: Dataset,
  rows: Int32Array,
  options: BlamePictureOptions = {},
): Promise<Raster> {
  requireArgument("blamePicture", "the model", model, aTrainedModel);
  requireArgument(
    "blamePicture",
    "the scorer",
    scorer,
    be.having(["score", "excess"], "a scorer, as openScorer(...) gives"),
  );
  requireArgument("blamePicture", "the data set", dataset, aDataset);
  requireArgument("blamePicture", "the rows", rows, {
    expected: "an Int32Array of rows",
    ok: (value) => value instanceof Int32Array && value.length > 0,
  });
  requireOptions("blamePicture", options, checks);
  const { schema } = model;
  if (schema.kind !== "image") {
    throw new UserError(
      "examples that are no pictures have no heat map: the column `blame` names the part that is to blame",
      2,
    );
  }
  const { columnLabels = Array.from(rows, String), ...scored } = options;
  const picked = await pickExamples(splitOf(dataset, scored.split ?? "test"), rows);
  const own = schemaOf(dataset);
  const made = await model.reconstruct(asInput(picked.examples, own, schema), givenOf(model, picked));
  const excess = await scorer.excess(dataset, rows, scored);
  const { height, width, channels } = schema;
  const pixels = rows.length * height * width;
  const range = made.range ?? ([0, 1] as const);
  const images = new Uint8Array(3 * 3 * pixels);
  images.set(asRgb(toFloats(picked.examples, own), pixels, channels, range), 0);
  images.set(asRgb(made, pixels, channels, range), 3 * pixels);
  images.set(asHeat(excess), 6 * pixels);
  return labelledRows(tensor("uint8", [3 * rows.length, height, width, 3], images), {
    shape: [height, width, 3],
    rowLabels: ["example", "reconstruction", "to blame"],
    columnLabels,
  });
}
