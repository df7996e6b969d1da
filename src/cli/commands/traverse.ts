import { buildCommand } from "@stricli/core";
import { decodeNpy, readIfThere, tableOf } from "../../data/index.js";
import type { SplitName } from "../../evaluate/index.js";
import type { GivenOptions } from "../../model/index.js";
import { labelledRows } from "../../plot/index.js";
import { type Tensor, tensor, UserError } from "../../tensor/index.js";
import { type Activity, activity, encodeDataset, requireCode, traverse } from "../../uses/index.js";
import { loadSettings } from "../config.js";
import { type Cli, note } from "../context.js";
import { requireKept } from "../kept-files.js";
import { recordedBinarization } from "../data.js";
import { custom, text, whole } from "../fields.js";
import { flag, folderArgument } from "../flags.js";
import { openRun, type OpenedRun } from "../model.js";
import { askedOf } from "../of.js";
import { writePicture } from "../pictures.js";
import { writeWalkedRows } from "../walked-rows.js";
import {
  dataField,
  dataFor,
  toldData,
  openFlags,
  type OpenFlags,
  saveTo,
  splitField,
  walkFile,
} from "./shared.js";

interface TraverseFlags extends OpenFlags {
  readonly of?: string;
  readonly dims?: readonly number[];
  readonly direction?: string;
  readonly steps?: number;
  readonly range?: readonly [number, number];
  readonly data?: string;
  readonly split?: SplitName;
  readonly out?: string;
}

/** Examples whose codes tell how much each coordinate is used. */
const looked = 5000;
/** Coordinates that are drawn unless told which. */
const drawn = 16;

const whole0 = /^\d+$/;
const dimsField = custom<readonly number[]>(
  "D,D,...",
  "Which coordinates, 0,3,5, from 0 [default = the 16 most used]",
  "must be numbers of coordinates from 0 on, separated by commas, such as 0,3,5",
  (value) => {
    const parts = value.split(",").map((part) => part.trim());
    return parts.every((part) => whole0.test(part)) ? parts.map(Number) : undefined;
  },
);

const rangeField = custom<readonly [number, number]>(
  "A..B",
  "From where to where, such as -3..3, or with --direction how many times along it [default = -3..3]",
  "must be two different numbers, such as -3..3",
  (value) => {
    const [from, to, ...more] = value
      .split("..")
      .map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    const good = more.length === 0 && Number.isFinite(from) && Number.isFinite(to) && from !== to;
    return good ? [from ?? 0, to ?? 0] : undefined;
  },
);

/** Coordinates, most used first, and what each is called. */
async function usedDims(flags: TraverseFlags, folder: string, run: OpenedRun): Promise<readonly Activity[]> {
  const dataset = await toldData(flags, folder, run);
  const options = {
    split: flags.split ?? "test",
    examples: looked,
    binarize: recordedBinarization(run),
  } as const;
  const normal =
    run.model.definition.posterior.name === "normal" && run.model.definition.prior.name === "normal";
  const { codes } = await encodeDataset(run.model, dataset, {
    ...options,
    what: normal ? "deviations" : "means",
  });
  if (!normal) return activity(codes);
  const [n = 0, width = 0] = codes.shape;
  const part = (first: number): Tensor<"float32"> => {
    const half = tensor("float32", [n, width / 2]);
    for (let i = 0; i < n; i++) {
      half.data.set(codes.data.subarray(i * width + first, i * width + first + width / 2), (i * width) / 2);
    }
    return half;
  };
  return activity(part(0), part(width / 2));
}

async function directionIn(file: string, latent: number): Promise<Float32Array> {
  const bytes = await readIfThere(file);
  if (bytes === undefined)
    throw new UserError(`--direction: there is no file ${file}; latent attribute writes one`, 2);
  const direction = Float32Array.from(decodeNpy(bytes, file).data, Number);
  requireCode("--direction", file, direction, latent);
  return direction;
}

/** Where to start, and as which class. */
interface Start {
  readonly code: Tensor<"float32">;
  readonly given: GivenOptions;
}

/** The code to start from: an example's or the prior's middle, its mean over draws. */
async function startingCode(flags: TraverseFlags, folder: string, run: OpenedRun): Promise<Start> {
  const { of = "prior" } = flags;
  const { latent } = run.model.definition;
  if (of === "prior") {
    const given = run.model.classes === undefined ? {} : { condition: run.model.drawClasses(1) };
    const { data } = await run.model.samplePrior(2000, { seed: 0 });
    const middle = tensor("float32", [1, latent]);
    if (run.model.definition.prior.name === "normal") return { code: middle, given };
    data.forEach((value, i) => (middle.data[i % latent] = (middle.data[i % latent] ?? 0) + value / 2000));
    return { code: middle, given };
  }
  const asked = await askedOf(of, run, () => dataFor(flags, folder, run), flags.split ?? "test", 1);
  if (asked.names.length > 1)
    throw new UserError(`--of takes one example to move, got ${asked.names.length}`, 2);
  return { code: await run.model.codes(asked.input, asked.given), given: asked.given };
}

async function run(this: Cli, flags: TraverseFlags, folder: string): Promise<void> {
  const opened = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const file = walkFile(flags.out, "traversal", opened);
  await requireKept({ out: file }, [flags.data, flags.of, flags.direction, flags.config], folder);
  const { model } = opened;
  const { latent, input } = model.definition;
  const beyond = flags.dims?.find((dim) => dim >= latent);
  if (beyond !== undefined) {
    throw new UserError(
      `--dims: there is no coordinate ${beyond}; the latent space has ${latent}, 0 to ${latent - 1}`,
      2,
    );
  }
  if (flags.dims !== undefined && flags.direction !== undefined) {
    throw new UserError("give either --dims or --direction", 2);
  }
  const direction = flags.direction === undefined ? undefined : await directionIn(flags.direction, latent);
  const { code: from, given } = await startingCode(flags, folder, opened);
  const used = direction === undefined ? await usedDims(flags, folder, opened) : [];
  const chosen =
    flags.dims === undefined ? used.slice(0, drawn) : used.filter(({ dim }) => flags.dims?.includes(dim));
  if (flags.dims === undefined && used.length > drawn) {
    note(`the ${drawn} most used of ${used.length} coordinates; --dims chooses others`);
  }
  const made = await traverse(model, from, {
    ...given,
    ...(direction === undefined ? { dims: chosen.map(({ dim }) => dim) } : { direction }),
    ...(flags.steps !== undefined && { steps: flags.steps }),
    ...(flags.range !== undefined && { range: flags.range }),
  });
  const columns = made.values.length;
  if (/\.npy$/i.test(file)) return saveTo(file, made.examples, { columns });
  const table = tableOf(model.schema);
  if (table !== undefined) {
    const moved = made.dims.flatMap((dim) => made.values.map(() => (dim < 0 ? "direction" : `z${dim + 1}`)));
    const values = made.dims.flatMap(() => made.values);
    const told = [
      { name: "moved", values: moved },
      { name: "value", values },
    ];
    return writeWalkedRows(file, table, told, made.codes, made.examples);
  }
  const { range } = made.examples;
  const name = ({ dim, kl, variance }: Activity): string =>
    `dim ${dim} ${kl === undefined ? `var ${variance.toFixed(2)}` : `KL ${kl.toFixed(2)}`}`;
  const picture = labelledRows(made.examples, {
    shape: input,
    rowLabels: direction === undefined ? chosen.map(name) : ["direction"],
    columnLabels: made.values.map((value) => String(Number(value.toFixed(2)))),
    ...(range && { range }),
  });
  return writePicture(file, picture);
}

export const traverseCommand = buildCommand<TraverseFlags, [folder: string], Cli>({
  func: run,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: {
      of: flag(
        "of",
        text("WHAT", "Number of an example, a file with one, or prior, the middle [default = prior]"),
      ),
      dims: flag("dims", dimsField),
      direction: flag(
        "direction",
        text("FILE", ".npy of a direction that latent attribute has found, to move along"),
      ),
      steps: flag(
        "steps",
        whole(2, 100, "N", "Pictures a row, or rows of a table a coordinate [default = 9]"),
      ),
      range: flag("range", rangeField),
      data: flag("data", dataField),
      split: flag("split", splitField),
      out: flag(
        "out",
        text("FILE", ".png or .npy, of a table .csv and the like [default = traversal.png, of a table .csv]"),
      ),
      ...openFlags,
    },
  },
  docs: {
    brief: "Move each latent coordinate and show what it changes",
    customUsage: ["DIR --of 3 --dims 0,5 --steps 9 --range -3..3 --out traversal.png"],
    fullDescription:
      "Draws a row for each coordinate, set to values over the range while the others stay, the most used first: by its part of\n" +
      "the KL divergence or, where that is not known, the variance of the codes. Of a table it writes rows: which coordinate was moved, to\n" +
      "which value, the whole code, and the row that it decodes to.",
  },
});
