import { buildCommand } from "@stricli/core";
import { commandPlatform } from "../../node.js";
import { rateRange, rateText } from "../../plot/index.js";
import { svgToPng } from "../../plot/node.js";
import { writeWhole } from "../../data/index.js";
import { UserError } from "../../tensor/index.js";
import { findRate, type RateFinding } from "../../train/index.js";
import { loadConfig } from "../config.js";
import { type Cli, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { positive, text, whole } from "../fields.js";
import { commonFlags, type CommonFlags, flag, toggle } from "../flags.js";
import { withSamples } from "../samples.js";
import { trainFlagsBut, toldByFlags } from "../train-flags.js";
import { filesRead, planRun, readData, toTrain } from "../train-run.js";
import { dataArgument, makeParent, outFile, readingNotes } from "./shared.js";

interface LrFindFlags extends CommonFlags {
  readonly out?: string;
  readonly from?: number;
  readonly to?: number;
  readonly steps?: number;
  readonly config?: string;
  readonly json?: boolean;
}

/** What a range test has none of. */
const unused = new Set(["out", "epochs", "patience", "schedule", "ema", "skipNonFinite", "sampler"]);

const trainFlags = trainFlagsBut(unused);

const pictureName = "lr-find.png";

async function lrFind(this: Cli, flags: LrFindFlags, data: string | undefined): Promise<void> {
  const { out = pictureName, from = 1e-7, to = 10, steps = 200, config, json = false } = flags;
  if (from >= to) throw new UserError(`--from must be below --to, got ${from} and ${to}`, 2);
  const picture = outFile(out, [".png", ".svg"]);
  const given = toldByFlags(flags, trainFlags);
  const loaded = await loadConfig(config);
  const told = { ...loaded.settings, ...given, ...(data !== undefined && { data }) };
  const kept = Object.entries(told).filter(([name]) => !unused.has(name));
  const plan = await planRun(await withSamples(Object.fromEntries(kept)), false, loaded.file);
  await requireKept({ out: picture }, filesRead(plan));
  const engine = await commandPlatform.startEngine(plan.settings.device, plan.settings.threads);
  let finding: RateFinding;
  try {
    const dataset = await readData(plan, readingNotes);
    const { model } = toTrain(plan, dataset);
    finding = await findRate(engine, model, dataset, plan.settings, { from, to, updates: steps });
  } finally {
    await engine.close();
  }
  const { points, suggestion, lowest, diverged } = finding;
  if (points.length < 2) {
    throw new UserError(`the loss is not finite at a learning rate of ${from}: give a smaller --from`);
  }
  const { optimizer } = plan.settings;
  const svg = await rateRange(points, {
    title: `Learning-rate range test of ${optimizer.name}`,
    caption: `${points.length} updates${diverged ? ", then the loss ran away" : ""}.`,
    suggestion,
  });
  await makeParent(picture);
  await writeWhole(picture, picture.toLowerCase().endsWith(".svg") ? svg : await svgToPng(svg));
  if (json)
    return print(
      JSON.stringify({ suggestion: suggestion ?? null, lowest: lowest ?? null, diverged, points, picture }),
    );
  print(
    suggestion === undefined
      ? "the loss never falls: is the range right (--from, --to)?"
      : `falls fastest at ${rateText(suggestion)}: try --lr ${rateText(suggestion)}`,
  );
  if (lowest !== undefined)
    print(`lowest at ${rateText(lowest)}${diverged ? "; beyond, the loss runs away" : ""}`);
  print(picture);
}

export const lrFindCommand = buildCommand<LrFindFlags, [data: string | undefined], Cli>({
  func: lrFind,
  parameters: {
    positional: dataArgument,
    flags: {
      out: flag("out", text("FILE", `Picture, .png or .svg [default = ${pictureName}]`)),
      from: flag("from", positive("X", "First learning rate [default = 1e-7]")),
      to: flag("to", positive("X", "Last learning rate [default = 10]")),
      steps: flag("steps", whole(10, 100_000, "N", "Updates from the first to the last [default = 200]")),
      config: flag(
        "config",
        text("FILE", "Settings from a file [default = latent.config.ts, if it is there]"),
      ),
      json: toggle("Print one JSON object"),
      ...commonFlags,
      ...(trainFlags as Record<never, never>),
    },
    aliases: { z: "z" } as Record<never, never>,
  },
  docs: {
    brief: "Look for a learning rate: train while it grows, and draw the loss",
    customUsage: ["DATA [flags]"],
    fullDescription:
      "The learning-rate range test (Smith, 2017): fresh weights are trained while the learning rate grows by the same\n" +
      "factor at each update, until the loss runs away. Suggests the rate at which the smoothed loss falls fastest, and\n" +
      "draws the test. Takes what latent train takes; writes nothing but the picture.\n\n" +
      "  latent lr-find mnist\n" +
      '  latent lr-find ./fashion --z 20 --optimizer "sgd(momentum=0.9)" --out sgd.svg',
  },
});
