import { buildCommand } from "@stricli/core";
import { asInput, type ExampleTensor, schemaOf, tableOf, unknownLabel } from "../../data/index.js";
import { type SplitName, splitOf } from "../../evaluate/index.js";
import { loadSettings } from "../config.js";
import type { Cli } from "../context.js";
import { requireKept } from "../kept-files.js";
import { text, whole } from "../fields.js";
import { flag, folderArgument } from "../flags.js";
import { openRun } from "../model.js";
import { interpolateCodes } from "../../uses/index.js";
import { writeWalkedRows } from "../walked-rows.js";
import {
  dataField,
  toldData,
  exampleOf,
  openFlags,
  type OpenFlags,
  saveTo,
  splitField,
  walkFile,
} from "./shared.js";

interface InterpolateFlags extends OpenFlags {
  readonly from?: number;
  readonly to?: number;
  readonly steps?: number;
  readonly data?: string;
  readonly split?: SplitName;
  readonly out?: string;
}

const index = { least: 0, most: 2 ** 31 - 1 };

async function interpolate(this: Cli, flags: InterpolateFlags, folder: string): Promise<void> {
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const file = walkFile(flags.out, "interpolation", run);
  await requireKept({ out: file }, [flags.data, flags.config], folder);
  const { model } = run;
  const dataset = await toldData(flags, folder, run);
  const split = splitOf(dataset, flags.split ?? "test");
  const from = await exampleOf(split, flags.from ?? 0, "--from");
  const to = await exampleOf(split, flags.to ?? 1, "--to");
  const taken = (example: ExampleTensor): ExampleTensor => asInput(example, schemaOf(dataset), model.schema);
  const ends = [flags.from ?? 0, flags.to ?? 1].map((i) => split.labels?.[i] ?? unknownLabel);
  const given = model.classes && split.labels ? { condition: ends } : {};
  const { steps = 10 } = flags;
  const images = await model.interpolate(taken(from), taken(to), steps, given);
  const table = tableOf(model.schema);
  if (table === undefined || /\.npy$/i.test(file)) return saveTo(file, images, { columns: steps });
  const [first, last] = [await model.codes(taken(from)), await model.codes(taken(to))];
  const shares = Array.from({ length: steps }, (_, i) => i / (steps - 1));
  await writeWalkedRows(
    file,
    table,
    [{ name: "share", values: shares }],
    interpolateCodes(first, last, steps),
    images,
  );
}

export const interpolateCommand = buildCommand<InterpolateFlags, [folder: string], Cli>({
  func: interpolate,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: {
      from: flag("from", whole(index.least, index.most, "I", "Number of the first example [default = 0]")),
      to: flag("to", whole(index.least, index.most, "I", "Number of the last example [default = 1]")),
      steps: flag("steps", whole(2, 1000, "N", "Images or rows, both ends included [default = 10]")),
      split: flag("split", splitField),
      data: flag("data", dataField),
      out: flag(
        "out",
        text(
          "FILE",
          ".png or .npy, of a table .csv and the like [default = interpolation.png, of a table .csv]",
        ),
      ),
      ...openFlags,
    },
  },
  docs: { brief: "Walk from one example to another through the latent space" },
});
