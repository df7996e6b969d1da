import { buildCommand } from "@stricli/core";
import type { Settings } from "../../runs/index.js";
import { loadConfig } from "../config.js";
import { type Cli, note } from "../context.js";
import { requireKept } from "../kept-files.js";
import { fields, type FlagField, heldOutTold, optionOfFlag, text } from "../fields.js";
import { commonFlags, type CommonFlags, flag, toggle } from "../flags.js";
import { interruptible, stopCodes } from "../interrupt.js";
import { withSamples } from "../samples.js";
import { filesRead, drawRun, planRun, trainRun } from "../train-run.js";
import { chooseView } from "../views/choose.js";
import type { TrainView } from "../views/view.js";
import { dataArgument } from "./shared.js";

type FieldFlags = {
  readonly [K in keyof typeof fields]?: (typeof fields)[K] extends FlagField<infer T> ? T : never;
};

interface TrainFlags extends FieldFlags, CommonFlags {
  readonly config?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly pictures: boolean;
}

async function train(this: Cli, flags: TrainFlags, data: string | undefined): Promise<void> {
  const { config, resume = false, json = false, pictures } = flags;
  const given = Object.fromEntries(
    Object.entries(flags).flatMap(([name, value]) =>
      Object.hasOwn(fields, name) && name !== "validation" && value !== undefined
        ? [[optionOfFlag[name] ?? name, value]]
        : [],
    ),
  ) as Settings;
  const loaded = await loadConfig(config);
  const { validation } = flags;
  const settings: Settings = {
    ...loaded.settings,
    ...given,
    ...(validation !== undefined && heldOutTold(validation)),
    ...(data !== undefined && { data }),
  };
  const plan = await planRun(await withSamples(settings), resume, loaded.file);
  await requireKept({ out: settings.out }, filesRead(plan));
  const view = await chooseView(json);
  const interrupt = interruptible((code) =>
    code === stopCodes.SIGPIPE
      ? note("standard output was closed; stopping after the steps under way")
      : view.note("stopping after the steps under way; Ctrl-C again ends at once"),
  );
  try {
    await runIn(view, interrupt, plan, pictures && settings.pictures !== false);
  } finally {
    interrupt.release();
    view.close();
  }
}

async function runIn(
  view: TrainView,
  interrupt: ReturnType<typeof interruptible>,
  plan: Awaited<ReturnType<typeof planRun>>,
  pictures: boolean,
): Promise<void> {
  try {
    const run = await trainRun(plan, view, interrupt);
    view.ended(run, pictures && run.finished ? await drawRun(run, plan.settings, view) : []);
    await run.model.close();
    if (run.finished) return;
    const data = typeof plan.source === "string" ? ` ${plan.source}` : "";
    const tell = interrupt.code() === stopCodes.SIGPIPE ? note : view.note;
    tell(`Resume with: latent train${data} --out ${run.folder} --resume`);
  } catch (error) {
    if (!interrupt.signal.aborted || (error as Error).name !== "AbortError") throw error;
    view.note("stopped before training began");
  }
  process.exitCode = interrupt.code() ?? 1;
}

export const trainCommand = buildCommand<TrainFlags, [data: string | undefined], Cli>({
  func: train,
  parameters: {
    positional: dataArgument,
    flags: {
      out: flag("out", fields.out),
      z: flag("z", fields.z),
      network: flag("network", fields.network),
      hidden: flag("hidden", fields.hidden),
      channels: flag("channels", fields.channels),
      activation: flag("activation", fields.activation),
      posterior: flag("posterior", fields.posterior),
      prior: flag("prior", fields.prior),
      likelihood: flag("likelihood", fields.likelihood),
      condition: flag("condition", fields.condition),
      classifier: flag("classifier", fields.classifier),
      objective: flag("objective", fields.objective),
      epochs: flag("epochs", fields.epochs),
      batch: flag("batch", fields.batch),
      optimizer: flag("optimizer", fields.optimizer),
      lr: flag("lr", fields.lr),
      schedule: flag("schedule", fields.schedule),
      lrEncoder: flag("lr-encoder", fields.lrEncoder),
      lrDecoder: flag("lr-decoder", fields.lrDecoder),
      lrPrior: flag("lr-prior", fields.lrPrior),
      clipNorm: flag("clip-norm", fields.clipNorm),
      clipValue: flag("clip-value", fields.clipValue),
      skipNonFinite: flag("skip-non-finite", fields.skipNonFinite),
      accumulate: flag("accumulate", fields.accumulate),
      ema: flag("ema", fields.ema),
      seed: flag("seed", fields.seed),
      validation: flag("validation", fields.validation),
      patience: flag("patience", fields.patience),
      binarize: flag("binarize", fields.binarize),
      augment: flag("augment", fields.augment),
      sampler: flag("sampler", fields.sampler),
      standardize: { ...flag("standardize", fields.standardize), inferEmpty: true },
      bytes: flag("bytes", fields.bytes),
      shuffle: flag("shuffle", fields.shuffle),
      balance: flag("balance", fields.balance),
      labelled: flag("labelled", fields.labelled),
      schema: flag("schema", fields.schema),
      memory: flag("memory", fields.memory),
      layout: flag("layout", fields.layout),
      size: flag("size", fields.size),
      fit: flag("fit", fields.fit),
      colour: flag("colour", fields.colour),
      background: flag("background", fields.background),
      broken: flag("broken", fields.broken),
      device: flag("device", fields.device),
      threads: flag("threads", fields.threads),
      config: flag(
        "config",
        text("FILE", "Settings from a file [default = latent.config.ts, if it is there]"),
      ),
      resume: toggle("Resume the run in --out, or start one if there is none"),
      json: toggle("Print one JSON event a line"),
      pictures: { kind: "boolean", brief: "Draw pictures and report.html at the end", default: true },
      ...commonFlags,
    },
    aliases: { z: "z" },
  },
  docs: {
    brief: "Train a VAE",
    customUsage: ["DATA [flags]", "--out DIR --resume [flags]"],
    fullDescription:
      "Trains a VAE and keeps the run in a folder: settings, metrics, checkpoints, the model as ONNX and\n" +
      "safetensors, pictures and a report. Ctrl-C saves and leaves with exit code 130, SIGTERM with 143, SIGHUP with 129,\n" +
      "a closed standard output with 141; --resume goes on, and takes from the run whatever is not given again. What needs\n" +
      "nothing kept of before may change then: --epochs, --patience, --lr, --schedule, limits of gradients, --device.\n\n" +
      "  latent train mnist\n" +
      "  latent train mnist --z 20 --epochs 10 --out runs/z20\n" +
      "  latent train ./photos --size 64x64 --network conv --z 64\n" +
      "  latent train ./fashion --hidden 400 --seed 1 --json\n" +
      '  latent train mnist --optimizer "adamw(weight-decay=0.01)" --schedule "cosine(warmup=500)" --clip-norm 1\n' +
      "  latent train mnist --condition label --prior class-normal\n" +
      "  latent train people.csv --out runs/people\n" +
      "  latent train --out runs/z20 --resume --epochs 20",
  },
});
