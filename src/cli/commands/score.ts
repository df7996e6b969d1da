import { buildCommand } from "@stricli/core";
import type { SplitName } from "../../evaluate/index.js";
import { splitOf } from "../../evaluate/index.js";
import { scoreModel } from "../../node.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { recordedBinarization } from "../data.js";
import { defined } from "../defined.js";
import { fields, text, whole } from "../fields.js";
import { flag, folderAndData } from "../flags.js";
import { openRun } from "../model.js";
import { RowsFile } from "../rows-file.js";
import { allOf, dataFor, openFlags, type OpenFlags, outFile, seedField, splitField } from "./shared.js";

interface ScoreFlags extends OpenFlags {
  readonly out?: string;
  readonly split?: SplitName;
  readonly samples?: number;
  readonly seed?: number;
  readonly memory?: number;
  readonly device?: string;
  readonly threads?: number;
}

async function score(this: Cli, flags: ScoreFlags, folder: string, data: string | undefined): Promise<void> {
  const { out = "scores.csv", split: name = "test", samples, seed, device, threads } = flags;
  outFile(out, [".npy", ".csv"]);
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const { model, config } = run;
  const dataset = await dataFor({ ...flags, ...(data !== undefined && { data }), whole: true }, folder, run);
  const { length } = splitOf(dataset, name);
  note(allOf(dataset, name));
  const binarize = recordedBinarization(run);
  const scores = await scoreModel(
    model,
    dataset,
    defined({ split: name, binarize, samples, seed: seed ?? config?.seed, device, threads }),
  );
  const found = Object.entries(scores) as [string, Float32Array | Float64Array][];
  const columns = found.map(([column]) => column);
  const row = new Float32Array(length * found.length);
  found.forEach(([, values], k) => values.forEach((value, i) => (row[i * found.length + k] = value)));
  await RowsFile.write(out, columns, length, (file) => file.add(row));
  print(out);
}

export const scoreCommand = buildCommand<ScoreFlags, [folder: string, data: string | undefined], Cli>({
  func: score,
  parameters: {
    positional: folderAndData("Folder of a run or a model"),
    flags: {
      out: flag("out", text("FILE", ".csv or .npy, a row an example [default = scores.csv]")),
      split: flag("split", splitField),
      samples: flag(
        "samples",
        whole(1, 1_000_000, "K", "Also -log p(x) by importance sampling with K draws an example"),
      ),
      seed: flag("seed", { ...seedField, brief: "Of the noise [default = the run's]" }),
      memory: flag("memory", fields.memory),
      device: flag("device", fields.device),
      threads: flag("threads", fields.threads),
      ...openFlags,
    },
  },
  docs: {
    brief: "Write a score for each example: what the model finds unusual scores high",
    customUsage: ["DIR [DATA] --out scores.csv"],
    fullDescription:
      "Writes for each example, in the data's order and in nats, the negative ELBO, reconstruction and KL, and with\n" +
      "--samples K an importance-sampled -log p(x). The highest are the examples that the model expects least.",
  },
});
