import { buildCommand } from "@stricli/core";
import { type Dataset, tableOf, writeWhole } from "../../data/index.js";
import { type SplitName, splitOf } from "../../evaluate/index.js";
import { labelledRows } from "../../plot/index.js";
import { type Tensor, tensor } from "../../tensor/index.js";
import { encodeDataset, labelName, nearestCodes, type Neighbours } from "../../uses/index.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { recordedBinarization } from "../data.js";
import { fields, text, whole } from "../fields.js";
import { flag, folderAndData, toggle } from "../flags.js";
import { openRun, type OpenedRun } from "../model.js";
import { type Asked, askedOf, askedRows } from "../of.js";
import { writePicture } from "../pictures.js";
import {
  allOf,
  toldData,
  makeParent,
  openFlags,
  type OpenFlags,
  outFile,
  requireNoPicture,
  splitField,
} from "./shared.js";

interface NearestFlags extends OpenFlags {
  readonly of?: string;
  readonly k?: number;
  readonly precision?: boolean;
  readonly split?: SplitName;
  readonly out?: string;
  readonly memory?: number;
}

/** Examples of a file that are asked for at most. */
const most = 50;

/** The square root of the posterior's average precision in each coordinate. */
function precisionScale({ data, shape }: Tensor<"float32">): Float64Array {
  const [n = 0, width = 0] = shape;
  const latent = width / 2;
  const sums = new Float64Array(latent);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < latent; d++)
      sums[d] = (sums[d] ?? 0) + 1 / (data[i * width + latent + d] ?? 1) ** 2 / n;
  }
  return sums.map(Math.sqrt);
}

/** Means, and how to weigh their coordinates. */
async function knownCodes(
  run: OpenedRun,
  dataset: Dataset,
  split: SplitName,
  precision: boolean,
): Promise<{ codes: Tensor<"float32">; scale?: Float64Array }> {
  const what = precision ? "deviations" : "means";
  const { codes } = await encodeDataset(run.model, dataset, {
    split,
    what,
    binarize: recordedBinarization(run),
  });
  if (!precision) return { codes };
  const [n = 0, width = 0] = codes.shape;
  const means = tensor("float32", [n, width / 2]);
  for (let i = 0; i < n; i++)
    means.data.set(codes.data.subarray(i * width, i * width + width / 2), (i * width) / 2);
  return { codes: means, scale: precisionScale(codes) };
}

async function picture(
  run: OpenedRun,
  dataset: Dataset,
  name: SplitName,
  asked: Asked,
  { indices, distances }: Neighbours,
) {
  const [queries = 0, k = 0] = indices.shape;
  const found = await askedRows(run, dataset, name, indices.data);
  const size = run.model.definition.dataSize;
  const images = tensor("float32", [queries * (k + 1), ...run.model.definition.input]);
  for (let q = 0; q < queries; q++) {
    images.data.set(asked.shown.data.subarray(q * size, (q + 1) * size), q * (k + 1) * size);
    images.data.set(found.shown.data.subarray(q * k * size, (q + 1) * k * size), (q * (k + 1) + 1) * size);
  }
  const alone = queries === 1;
  const columnLabels = [
    "asked",
    ...Array.from({ length: k }, (_, i) => (alone ? (distances.data[i] ?? 0).toFixed(2) : `${i + 1}.`)),
  ];
  const { schema } = run.model;
  const range = schema.kind === "columns" ? undefined : schema.range;
  return labelledRows(images, {
    shape: run.model.definition.input,
    rowLabels: asked.names.map((one) => `${one}:`),
    columnLabels,
    ...(range && { range }),
  });
}

/** A line a neighbour. */
function table(dataset: Dataset, name: SplitName, asked: Asked, { indices, distances }: Neighbours): string {
  const split = splitOf(dataset, name);
  const labelled = split.labels !== undefined;
  const [, k = 1] = indices.shape;
  const lines = Array.from(indices.data, (row, at) =>
    [
      asked.names[Math.floor(at / k)],
      (at % k) + 1,
      row,
      distances.data[at],
      ...(labelled ? [JSON.stringify(labelName(dataset, split, row) ?? "")] : []),
    ].join(","),
  );
  return `of,rank,id,distance${labelled ? ",label" : ""}\n${lines.join("\n")}\n`;
}

async function nearest(
  this: Cli,
  flags: NearestFlags,
  folder: string,
  data: string | undefined,
): Promise<void> {
  const { of = "0", k = 10, precision = false, split = "test" } = flags;
  if (flags.out !== undefined) outFile(flags.out, [".png", ".csv"]);
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const out = flags.out ?? (tableOf(run.model.schema) ? "nearest.csv" : "nearest.png");
  requireNoPicture(out, run, ".csv");
  await requireKept({ out }, [data, of, flags.config], folder);
  const dataset = await toldData({ ...flags, ...(data !== undefined && { data }), whole: true }, folder, run);
  const asked = await askedOf(of, run, async () => dataset, split, most);
  note(allOf(dataset, split));
  const { codes, scale } = await knownCodes(run, dataset, split, precision);
  const inside = asked.rows.every((row) => row >= 0);
  const found = nearestCodes(codes, await run.model.codes(asked.input, asked.given), {
    k,
    ...(scale && { scale }),
    ...(inside && { self: asked.rows }),
  });
  if (/\.png$/i.test(out)) return writePicture(out, await picture(run, dataset, split, asked, found));
  await makeParent(out);
  await writeWhole(out, new TextEncoder().encode(table(dataset, split, asked, found)));
  print(out);
}

export const nearestCommand = buildCommand<NearestFlags, [folder: string, data: string | undefined], Cli>({
  func: nearest,
  parameters: {
    positional: folderAndData("Folder of a run or a model"),
    flags: {
      of: flag("of", text("WHAT", "Numbers of examples, 3 or 3,17, or a file of examples [default = 0]")),
      k: flag("k", whole(1, 10_000, "K", "How many neighbours of each [default = 10]")),
      precision: toggle("Weigh each coordinate by the posterior's precision there, not all alike"),
      split: flag("split", splitField),
      out: flag(
        "out",
        text("FILE", ".png, a row of pictures for each, or .csv [default = nearest.png, of a table .csv]"),
      ),
      memory: flag("memory", fields.memory),
      ...openFlags,
    },
    aliases: { k: "k" },
  },
  docs: {
    brief: "Find the examples that are nearest to one in latent space",
    customUsage: ["DIR [DATA] --of 3 --k 10 --out nearest.png|nearest.csv"],
  },
});
