import { be, requireArgument } from "../catalogue/index.js";
import {
  asInput,
  type Dataset,
  type ExampleTensor,
  readExamples,
  schemaOf,
  type Split,
  tableOf,
  toFloats,
} from "../data/index.js";
import type { Support } from "../distributions/index.js";
import { className, type ExampleBatch, type GivenOptions, type TrainedVae } from "../model/index.js";
import {
  encodePng,
  type HistoryPoint,
  imageGrid,
  latentScatter,
  lossCurves,
  originalsBesideReconstructions,
  principalAxes,
  sphereMap,
  triangleMap,
} from "../plot/index.js";
import { svgToPng } from "../plot/node.js";
import { type Tensor, tensor, UserError } from "../tensor/index.js";
import type { EpochRecord } from "../train/index.js";
import { rangeText, type RunPicture } from "./run-picture.js";
import { hasManifold, manifoldPicture } from "./manifold.js";
import { columnsPicture } from "./table-rows.js";

/** What pictures are drawn of. */
export interface PictureSubject {
  readonly model: TrainedVae;
  readonly history: readonly EpochRecord[];
  readonly data: Dataset;
  /** New examples to show; default: draws of the prior. */
  readonly drawn?: Drawn;
}

/** New examples, and what drew their codes. */
export interface Drawn {
  readonly examples: ExampleBatch;
  /** Such as `a mixture of 200 normal distributions`. */
  readonly by: string;
}

/** New examples, where a function of the API takes some. */
export const someDrawn = be.having(["examples", "by"], "new examples and what drew them: { examples, by }");

const generated = 64;
const pairs = 16;
/** More points than this don't make a map clearer. */
const mapped = 10_000;

/** Draws of the prior, or of what is to draw in its place, decoded, in a grid. */
export async function generatedPicture({ model, drawn }: PictureSubject): Promise<RunPicture> {
  const examples = drawn?.examples ?? (await model.generate(generated));
  const [count = 0] = examples.shape;
  const by = drawn?.by ?? `the prior ${model.definition.prior.name}`;
  const { range } = examples;
  const classed = model.classes === undefined ? "" : ", of classes drawn at the rates of the training data";
  const picture = imageGrid(examples, { shape: model.definition.input, ...(range && { range }) });
  return {
    title: "Generated",
    caption: `${count} draws of ${by} (seed 0), decoded${classed}.${rangeText(range)}`,
    files: { "generated.png": await encodePng(picture) },
  };
}

/** The classes of examples as an option of `encode`, where the model takes and the data have them. */
function givenOf({ classes }: TrainedVae, labels: Int32Array | undefined): GivenOptions {
  return classes === undefined || labels === undefined ? {} : { condition: labels };
}

/** So many classes, and draws of each, are shown. */
const [shownClasses, drawsEach] = [20, 10];

/**
 * Of a conditional model, a row for each class: the same draws of noise in every row, so that what the columns have in common is
 * what the model keeps beside the class.
 */
export async function classesPicture({ model }: PictureSubject): Promise<RunPicture> {
  const { classes, definition } = model;
  if (classes === undefined) throw new UserError("the model was trained without a condition");
  const shown = Math.min(shownClasses, classes.count);
  const all = tensor("float32", [shown * drawsEach, ...definition.input]);
  let range: ExampleBatch["range"];
  for (let number = 0; number < shown; number++) {
    const row = await model.generate(drawsEach, { condition: number });
    all.data.set(row.data, number * row.data.length);
    range = row.range;
  }
  const labels = Array.from({ length: shown * drawsEach }, (_, i) =>
    i % drawsEach === 0 ? className(classes, Math.floor(i / drawsEach)) : "",
  );
  const picture = imageGrid(all, {
    shape: definition.input,
    columns: drawsEach,
    labels,
    ...(range && { range }),
  });
  const which =
    shown < classes.count ? `the first ${shown} of ${classes.count} classes` : `each of the ${shown} classes`;
  const about = `A row for ${which}: draws of the prior ${definition.prior.name} (seed 0), decoded. A column has the same noise in all rows.`;
  return {
    title: "Classes",
    caption: `${about}${rangeText(range)}`,
    files: { "classes.png": await encodePng(picture) },
  };
}

/** Test examples, and under each what the model makes of it. */
export async function reconstructionPicture({ model, data }: PictureSubject): Promise<RunPicture> {
  const originals = await readExamples(data.test, 0, pairs);
  const schema = schemaOf(data);
  const shape = model.definition.input;
  const given = givenOf(model, data.test.labels?.slice(0, pairs));
  const examples = await model.reconstruct(asInput(originals, schema, model.schema), given);
  const { range } = examples;
  const picture = originalsBesideReconstructions(toFloats(originals, schema), examples, {
    shape,
    ...(range && { range }),
  });
  return {
    title: "Reconstructions",
    caption: `Examples of the test split, and under each its code (the posterior's mean) decoded.${rangeText(range)}`,
    files: { "reconstructions.png": await encodePng(picture) },
  };
}

/** An epoch as a point of the loss curves: the objective's terms, and the standard measures where they lack. */
function historyPoint({ epoch, train, evaluation }: EpochRecord): HistoryPoint {
  const { terms, negativeElbo, reconstruction, kl, mse } = evaluation;
  const bound = negativeElbo === null || kl === null ? {} : { negativeElbo, kl };
  return { epoch, train, validation: { ...terms, ...bound, reconstruction, ...(mse !== null && { mse }) } };
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

async function firstRows(
  split: Split,
  count: number,
): Promise<{ examples: ExampleTensor; labels?: Int32Array }> {
  const examples = await readExamples(split, 0, count);
  return split.labels === undefined
    ? { examples }
    : { examples, labels: split.labels.subarray(0, examples.shape[0]) };
}

interface LatentMap {
  place(codes: Tensor): Tensor;
  readonly axisLabels: readonly [string, string];
  readonly about: string;
}

/** How three coordinates that have but two degrees of freedom are drawn. */
const maps: Readonly<Partial<Record<Support, LatentMap>>> = {
  sphere: {
    place: sphereMap,
    axisLabels: ["z₁ (right: the back, z₁ mirrored)", "z₂"],
    about: " on the sphere: the front (z₃ above 0) on the left, the back on the right",
  },
  simplex: {
    place: triangleMap,
    axisLabels: ["z₂ to z₃", "z₁ upwards"],
    about: " on the triangle of shares: z₁ on top, z₂ at the left, z₃ at the right",
  },
};

/** Codes of test examples in the plane, or along their principal axes, coloured by label. */
export async function latentPicture({ model, data }: PictureSubject): Promise<RunPicture> {
  const { examples, labels } = await firstRows(data.test, mapped);
  const given = givenOf(model, labels);
  const codes = await model.codes(asInput(examples, schemaOf(data), model.schema), given);
  const { latent, posterior } = model.definition;
  const map = latent === 3 ? maps[posterior.support] : undefined;
  const axes = latent > 2 && map === undefined ? principalAxes(codes) : undefined;
  const svg = await latentScatter({
    points: map?.place(codes) ?? axes?.points ?? codes,
    ...(map && { axisLabels: map.axisLabels }),
    ...(labels && { labels }),
    ...(data.classes && { classNames: data.classes }),
    ...(axes && { explained: axes.explained }),
  });
  return {
    title: "Latent space",
    caption: `Codes (posterior means, or draws where there are none) of ${examples.shape[0]?.toLocaleString("en-US")} test examples${map?.about ?? ""}.`,
    files: { "latent.svg": svg },
  };
}

/** What could be drawn, and for what could not, why. */
export interface RunPictures {
  readonly pictures: readonly RunPicture[];
  readonly skipped: readonly string[];
}

type Maker = readonly [name: string, draw: () => Promise<RunPicture>];

const aSubject = be.having(
  ["model", "history", "data"],
  "a run, which train(...) gives, or its model, history and data",
);

/** All pictures that make sense of a trained model; of rows of a table, how their columns are distributed in place of examples. */
export async function drawPictures(subject: PictureSubject): Promise<RunPictures> {
  requireArgument("drawPictures", "the subject", subject, aSubject);
  const { model, data } = subject;
  const table = tableOf(model.schema);
  const examples: readonly Maker[] =
    table === undefined
      ? [
          ["generated", () => generatedPicture(subject)],
          ...(model.classes !== undefined && data.kind === "image"
            ? ([["classes", () => classesPicture(subject)]] as const)
            : []),
          ["reconstructions", () => reconstructionPicture(subject)],
        ]
      : [["columns", () => columnsPicture(model, data, table)]];
  const makers: readonly Maker[] = [
    ...examples,
    ...(subject.history.length > 0 ? ([["loss", () => lossPicture(subject)]] as const) : []),
    ["latent", () => latentPicture(subject)],
    ...(hasManifold(model.definition) && data.kind === "image"
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
