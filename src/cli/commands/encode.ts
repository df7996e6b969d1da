import { buildCommand } from "@stricli/core";
import { asInput, binarizeDataset, readExamples, schemaOf } from "../../data/index.js";
import { type SplitName, splitOf } from "../../evaluate/index.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { recordedBinarization } from "../data.js";
import { fields, text } from "../fields.js";
import { flag, folderAndData } from "../flags.js";
import { openRun } from "../model.js";
import { RowsFile } from "../rows-file.js";
import { allOf, dataFor, givenOf, openFlags, type OpenFlags, outFile, splitField } from "./shared.js";

interface EncodeFlags extends OpenFlags {
  readonly out?: string;
  readonly split?: SplitName;
  readonly memory?: number;
}

/** Examples that are read and encoded at a time. */
const chunk = 2000;

async function encode(
  this: Cli,
  flags: EncodeFlags,
  folder: string,
  data: string | undefined,
): Promise<void> {
  const { out = "codes.npy", split: name } = flags;
  outFile(out, [".npy", ".csv"]);
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const { model } = run;
  const mode = recordedBinarization(run);
  const loaded = await dataFor({ ...flags, ...(data !== undefined && { data }), whole: true }, folder, run);
  // Grey levels that training draws anew each time are taken as they are.
  const dataset = binarizeDataset(loaded, mode === "dynamic" ? "none" : mode);
  const split = splitOf(dataset, name ?? "test");
  note(allOf(dataset, name ?? "test"));
  const { latent } = model.definition;
  const columns = Array.from({ length: latent }, (_, i) => `z${i + 1}`);
  await RowsFile.write(out, columns, split.length, async (file) => {
    for (let start = 0; start < split.length; start += chunk) {
      const examples = await readExamples(split, start, Math.min(split.length, start + chunk));
      const given = givenOf(model, split, start, start + chunk);
      await file.add((await model.codes(asInput(examples, schemaOf(dataset), model.schema), given)).data);
    }
  });
  print(out);
}

export const encodeCommand = buildCommand<EncodeFlags, [folder: string, data: string | undefined], Cli>({
  func: encode,
  parameters: {
    positional: folderAndData("Folder of a run or a model"),
    flags: {
      out: flag("out", text("FILE", ".npy or .csv, a row of codes an example [default = codes.npy]")),
      split: flag("split", splitField),
      memory: flag("memory", fields.memory),
      ...openFlags,
    },
  },
  docs: {
    brief: "Write the codes of examples: the posterior's means",
    customUsage: ["DIR [DATA] --out codes.npy|codes.csv"],
  },
});
