import { buildCommand } from "@stricli/core";
import path from "node:path";
import { commandPlatform } from "../../node.js";
import { stateOfRun, writeTraining } from "../../runs/index.js";
import { UserError } from "../../tensor/index.js";
import { loadConfig } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { text, whole } from "../fields.js";
import { commonFlags, type CommonFlags, flag } from "../flags.js";
import { toldByFlags, trainFlagsBut } from "../train-flags.js";
import { filesRead, planRun, readData, toTrain, type TrainPlan } from "../train-run.js";
import { countText } from "../views/format.js";
import { dataArgument, readingNotes } from "./shared.js";

interface ExportTrainingFlags extends CommonFlags {
  readonly out?: string;
  readonly from?: string;
  readonly steps?: number;
  readonly config?: string;
}

/** What a training graph has none of. */
const unused = new Set(["out", "patience", "sampler"]);
const trainFlags = trainFlagsBut(unused);

/** What is trained: the run that is told, or the one in a folder, with what is told otherwise. */
async function planned(flags: ExportTrainingFlags, data: string | undefined): Promise<TrainPlan> {
  const given = { ...toldByFlags(flags, trainFlags), ...(data !== undefined && { data }) };
  if (flags.from !== undefined) return planRun({ ...given, out: flags.from }, true);
  const { settings, file } = await loadConfig(flags.config);
  const told = Object.entries({ ...settings, ...given }).filter(([name]) => !unused.has(name));
  return planRun(Object.fromEntries(told), false, file);
}

async function exportTraining(
  this: Cli,
  flags: ExportTrainingFlags,
  data: string | undefined,
): Promise<void> {
  const { out = "training", from, steps } = flags;
  const state = from === undefined ? undefined : await stateOfRun(from);
  const plan = await planned(flags, data);
  await requireKept({ out }, filesRead(plan), from);
  const dataset = await readData(plan, readingNotes);
  const { model, settings } = toTrain(plan, dataset);
  if (from !== undefined && plan.before === undefined) throw new UserError(`${from} holds no run`, 2);
  const card = await writeTraining(commandPlatform, model, dataset, settings, { out, steps, state });
  note(
    `steps ${countText(card.step + 1)} to ${countText(card.planned)}, batches of ${card.batch}; ` +
      `the first ${card.check.steps} with their numbers, to compare`,
  );
  for (const file of [card.model, card.start, "training.json"]) print(path.join(out, file));
}

export const exportTrainingCommand = buildCommand<ExportTrainingFlags, [data: string | undefined], Cli>({
  func: exportTraining,
  parameters: {
    positional: dataArgument,
    flags: {
      out: flag("out", text("DIR", "The folder to write [default = training]")),
      from: flag("from", text("DIR", "Go on with a run from its last checkpoint [default = start anew]")),
      steps: flag("steps", whole(1, 100_000, "N", "First steps to keep with their numbers [default = 16]")),
      config: flag(
        "config",
        text("FILE", "Settings from a file [default = latent.config.ts, if it is there]"),
      ),
      ...commonFlags,
      ...(trainFlags as Record<never, never>),
    },
    aliases: { z: "z" } as Record<never, never>,
  },
  docs: {
    brief: "Write the training step as ONNX for other hosts",
    customUsage: ["DATA [flags of train] --out DIR", "--from RUN --out DIR"],
    fullDescription:
      "Writes what latent train would do as train.onnx, a graph of standard ONNX from old weights to new ones, start.onnx with\n" +
      "the weights of the start, and training.json, which says what inputs and outputs are. The first steps are kept with\n" +
      "what they are fed and what comes out. Takes what latent train takes. docs/elsewhere.md\n\n" +
      "  latent export training mnist --z 20 --epochs 10 --out training\n" +
      "  latent export training --from runs/z20 --epochs 20 --out training",
  },
});
