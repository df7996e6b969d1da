import { type Dataset, rows, type Split } from "../data/index.js";
import type { TrainedVae } from "../model/index.js";
import {
  encodePng,
  type HistoryPoint,
  imageGrid,
  latentScatter,
  linearAxis,
  lossCurves,
  manifoldCodes,
  manifoldGrid,
  manifoldMap,
  originalsBesideReconstructions,
  principalAxes,
} from "../plot/index.js";
import { svgToPng } from "../plot/node.js";
import { UserError } from "../tensor/index.js";
import type { EpochRecord } from "../train/index.js";

/** A picture as files, and how to show it. */
export interface RunPicture {
  readonly title: string;
  readonly caption: string;
  /** Contents by file name, the one to show first. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
}

/** What pictures are drawn of. */
export interface PictureSubject {
  readonly model: TrainedVae;
  readonly history: readonly EpochRecord[];
  readonly data: Dataset;
}

const generated = 64;
const pairs = 16;
/** More points than this don't make a map clearer. */
const mapped = 10_000;

/** Draws of the prior, decoded, in a grid. */
export async function generatedPicture({ model }: PictureSubject): Promise<RunPicture> {
  const images = await model.generate(generated);
  const picture = imageGrid(images, { shape: model.definition.input });
  return {
    title: "Generated",
    caption: `${generated} draws of the prior ${model.definition.prior.name} (seed 0), decoded.`,
    files: { "generated.png": await encodePng(picture) },
  };
}

/** Test examples, and under each what the model makes of it. */
export async function reconstructionPicture({ model, data }: PictureSubject): Promise<RunPicture> {
  const originals = rows(data.test.images, 0, Math.min(pairs, data.test.length));
  const shape = model.definition.input;
  const picture = originalsBesideReconstructions(originals, await model.reconstruct(originals), { shape });
  return {
    title: "Reconstructions",
    caption: "Examples of the test split, and under each its code (the posterior's mean) decoded.",
    files: { "reconstructions.png": await encodePng(picture) },
  };
}

/** An epoch as a point of the loss curves: the objective's terms, and the standard measures where they lack. */
function historyPoint({ epoch, train, evaluation }: EpochRecord): HistoryPoint {
  const { terms, negativeElbo, reconstruction, kl, msePerPixel } = evaluation;
  const bound = negativeElbo === null || kl === null ? {} : { negativeElbo, kl };
  return { epoch, train, validation: { ...terms, ...bound, reconstruction, msePerPixel } };
}

/** The loss term by term against the epoch. */
export async function lossPicture({ history }: PictureSubject): Promise<RunPicture> {
  const split = history.at(-1)?.evaluation.split ?? "test";
  const svg = await lossCurves(history.map(historyPoint));
  return {
    title: "Loss",
    caption: `"Validation" is measured on the ${split} split after each epoch.`,
    files: { "loss.svg": svg, "loss.png": await svgToPng(svg) },
  };
}

function firstRows(split: Split, count: number): { images: Split["images"]; labels?: Int32Array } {
  const images = rows(split.images, 0, Math.min(count, split.length));
  return split.labels === undefined
    ? { images }
    : { images, labels: split.labels.subarray(0, images.shape[0]) };
}

/** Codes of test examples in the plane, or along their principal axes, coloured by label. */
export async function latentPicture({ model, data }: PictureSubject): Promise<RunPicture> {
  const { images, labels } = firstRows(data.test, mapped);
  const codes = await model.codes(images);
  const { latent } = model.definition;
  const axes = latent > 2 ? principalAxes(codes) : undefined;
  const svg = await latentScatter({
    points: axes?.points ?? codes,
    ...(labels && { labels }),
    ...(data.classes && { classNames: data.classes }),
    ...(axes && { explained: axes.explained }),
  });
  return {
    title: "Latent space",
    caption: `Codes (posterior means) of ${images.shape[0]?.toLocaleString("en-US")} test examples.`,
    files: { "latent.svg": svg },
  };
}

/** How the latent plane is walked over. */
export interface ManifoldSettings {
  /** Images a side; default 20. */
  readonly size?: number;
  /** Coordinates go from -extent to extent; default 3. */
  readonly extent?: number;
}

/**
 * The latent plane as a square of decoded images, as PNG and, with axes, as SVG. Throws a UserError for a model
 * whose latent has other than two coordinates, and for examples that are not images.
 */
export async function manifoldPicture(
  { model }: Pick<PictureSubject, "model">,
  { size = 20, extent = 3 }: ManifoldSettings = {},
): Promise<RunPicture> {
  const { latent, input } = model.definition;
  if (latent !== 2) {
    throw new UserError(
      `the manifold is the plane of a latent with 2 coordinates, this model has ${latent}; train one with --z 2`,
    );
  }
  const axis = linearAxis(size, extent);
  const images = await model.decode(manifoldCodes(axis));
  return {
    title: "Manifold",
    caption: `The latent plane from -${extent} to ${extent}, decoded.`,
    files: {
      "manifold.svg": await manifoldMap(images, { shape: input, axis }),
      "manifold.png": await encodePng(manifoldGrid(images, { shape: input })),
    },
  };
}

/** What could be drawn, and for what could not, why. */
export interface RunPictures {
  readonly pictures: readonly RunPicture[];
  readonly skipped: readonly string[];
}

/** All pictures that make sense of a trained model. */
export async function drawPictures(subject: PictureSubject): Promise<RunPictures> {
  const { latent } = subject.model.definition;
  const makers: readonly (readonly [name: string, draw: () => Promise<RunPicture>])[] = [
    ["generated", () => generatedPicture(subject)],
    ["reconstructions", () => reconstructionPicture(subject)],
    ...(subject.history.length > 0 ? ([["loss", () => lossPicture(subject)]] as const) : []),
    ["latent", () => latentPicture(subject)],
    ...(latent === 2 && subject.data.kind === "image"
      ? ([["manifold", () => manifoldPicture(subject)]] as const)
      : []),
  ];
  const pictures: RunPicture[] = [];
  const skipped: string[] = [];
  for (const [name, draw] of makers) {
    try {
      pictures.push(await draw());
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      skipped.push(`no picture "${name}": ${error.message}`);
    }
  }
  return { pictures, skipped };
}
