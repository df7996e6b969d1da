import { buildCommand } from "@stricli/core";
import {
  asInput,
  decodeRows,
  readExamples,
  schemaOf,
  tableOf,
  toFloats,
  writeTable,
  writeWhole,
} from "../../data/index.js";
import { type SplitName, splitOf } from "../../evaluate/index.js";
import { rangeText } from "../../report/index.js";
import { encodePng, originalsBesideReconstructions } from "../../plot/index.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { text, whole } from "../fields.js";
import { flag, folderArgument } from "../flags.js";
import { openRun } from "../model.js";
import { tableEndings } from "../table-rows.js";
import {
  dataField,
  toldData,
  givenOf,
  outFile,
  makeParent,
  openFlags,
  type OpenFlags,
  requireNoPicture,
  saveTo,
  splitField,
} from "./shared.js";

interface ReconstructFlags extends OpenFlags {
  readonly n?: number;
  readonly data?: string;
  readonly split?: SplitName;
  readonly out?: string;
}

async function reconstruct(this: Cli, flags: ReconstructFlags, folder: string): Promise<void> {
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const { model } = run;
  const table = tableOf(model.schema);
  const file = flags.out ?? (table ? "reconstructions.csv" : "reconstructions.png");
  if (table) requireNoPicture(file, run, ...tableEndings, ".npy");
  outFile(file, table ? [...tableEndings, ".npy"] : [".png", ".npy"]);
  await requireKept({ out: file }, [flags.data, flags.config], folder);
  const dataset = await toldData(flags, folder, run);
  const split = splitOf(dataset, flags.split ?? "test");
  const originals = await readExamples(split, 0, flags.n ?? 16);
  const schema = schemaOf(dataset);
  const given = givenOf(model, split, 0, originals.shape[0] ?? 0);
  const images = await model.reconstruct(asInput(originals, schema, model.schema), given);
  if (file.toLowerCase().endsWith(".npy")) return saveTo(file, images);
  await makeParent(file);
  if (table !== undefined) {
    await writeTable(file, table, decodeRows(table, images.data));
    return print(file);
  }
  const picture = originalsBesideReconstructions(toFloats(originals, schema), images, {
    shape: model.definition.input,
    ...(images.range && { range: images.range }),
  });
  await writeWhole(file, await encodePng(picture));
  if (images.range) note(rangeText(images.range).trim());
  print(file);
}

export const reconstructCommand = buildCommand<ReconstructFlags, [folder: string], Cli>({
  func: reconstruct,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: {
      n: flag("n", whole(1, 1_000_000, "N", "How many, from the first on [default = 16]")),
      split: flag("split", splitField),
      data: flag("data", dataField),
      out: flag(
        "out",
        text(
          "FILE",
          ".png: originals above reconstructions; .npy: reconstructions; of a table .csv and the like [default = reconstructions.png, of a table .csv]",
        ),
      ),
      ...openFlags,
    },
    aliases: { n: "n" },
  },
  docs: { brief: "Encode examples and decode them again" },
});
