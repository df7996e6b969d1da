import { buildCommand } from "@stricli/core";
import { type Dataset, strangeNotes, writeWhole } from "../../data/index.js";
import { type SplitName, splitOf } from "../../evaluate/index.js";
import { openScorer } from "../../node.js";
import { encodePng } from "../../plot/index.js";
import { blobOf } from "../../store/index.js";
import { UserError } from "../../tensor/index.js";
import {
  blamePicture,
  type ExampleScores,
  type ScoreName,
  scoreNames,
  type Scorer,
} from "../../uses/index.js";
import { bulk, bulkExamples, dataOf, tellFiles } from "../bulk.js";
import { bulkFlags, type BulkFlags, isBulk } from "../bulk-flags.js";
import { loadSettings } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { recordedBinarization } from "../data.js";
import { defined } from "../defined.js";
import { choice, fields, number, text, whole } from "../fields.js";
import { flag, folderAndData, toggle } from "../flags.js";
import { idsFor } from "../ids.js";
import { marksOf } from "../marks.js";
import { openRun, type OpenedRun } from "../model.js";
import { type Measured, measureDetection, writeCurves } from "../detection.js";
import { RowsFile } from "../rows-file.js";
import { writeScores } from "../scores-file.js";
import {
  allOf,
  dataFor,
  toldData,
  makeParent,
  openFlags,
  type OpenFlags,
  outFile,
  seedField,
  splitField,
} from "./shared.js";

interface ScoreFlags extends OpenFlags, BulkFlags {
  readonly out?: string;
  readonly split?: SplitName;
  readonly samples?: number;
  readonly draws?: number;
  readonly usual?: string;
  readonly falseAlarms?: number;
  readonly by?: ScoreName;
  readonly anomalies?: string;
  readonly curves?: string;
  readonly worst?: string;
  readonly worstCount?: number;
  readonly ids?: string;
  readonly json?: boolean;
  readonly seed?: number;
  readonly memory?: number;
  readonly device?: string;
  readonly threads?: number;
}

/** Where the usual examples are: as told, else what the run was trained on, else those that are scored. */
async function usualExamples(
  flags: ScoreFlags,
  folder: string,
  run: OpenedRun,
  scored: Dataset,
  given: boolean,
): Promise<Dataset> {
  const { usual, memory } = flags;
  const asTrained = defined({ data: usual, memory, split: "train" as const });
  if (usual !== undefined || !given) return dataFor(asTrained, folder, run);
  try {
    return await dataFor(asTrained, folder, run);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(
      `the usual is learned from ${scored.name} itself, as the run's training data are not at hand; --usual DATA names others`,
    );
    return scored;
  }
}

/** The rows with the highest scores, highest first. */
function highest(scores: ArrayLike<number>, count: number): Int32Array {
  const order = Int32Array.from({ length: scores.length }, (_, i) => i);
  return order.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b).slice(0, count);
}

async function drawWorst(
  file: string,
  count: number,
  run: OpenedRun,
  scorer: Scorer,
  dataset: Dataset,
  { columns }: ExampleScores,
  { by, split, id }: { by: ScoreName; split: SplitName; id: (row: number) => string },
): Promise<void> {
  const rows = highest(columns[by] ?? [], count);
  const columnLabels = Array.from(rows, id);
  const picture = await blamePicture(run.model, scorer, dataset, rows, { split, columnLabels });
  await makeParent(file);
  await writeWhole(file, await encodePng(picture));
  print(file);
}

/** Has workers score the data; what is usual is learned here, once. */
async function scoreByWorkers(
  flags: ScoreFlags,
  folder: string,
  data: string | undefined,
  run: OpenedRun,
): Promise<void> {
  const { out = "scores.csv", falseAlarms = 0.01, by = "recommended", device, threads } = flags;
  const single = (["anomalies", "worst", "curves"] as const).find((name) => flags[name] !== undefined);
  if (single !== undefined)
    throw new UserError(
      `--${single} looks at all examples at once, on one machine: have workers write the scores, and pick out of them, or leave ` +
        "out --redis",
      2,
    );
  const examples = await bulkExamples(flags, run, data);
  const source = dataOf(data, folder, run);
  const usual =
    flags.usual === undefined && data !== undefined
      ? await usualOrNone(flags, folder, run, source)
      : await dataFor(
          defined({ data: flags.usual, memory: flags.memory, split: "train" as const }),
          folder,
          run,
        );
  const options = {
    binarize: examples.task.binarize,
    draws: flags.draws ?? flags.samples ?? 0,
    seed: flags.seed ?? run.config?.seed ?? 0,
  };
  const scorer = await openScorer(run.model, usual, { ...options, ...defined({ device, threads }) });
  try {
    const saved = new TextEncoder().encode(scorer.save());
    const threshold = scorer.threshold(falseAlarms, by);
    const done = await bulk(flags, {
      model: run.model,
      data: source,
      ...(examples.ids && { ids: examples.ids }),
      usual: new TextDecoder().decode(saved),
      task: {
        op: "score",
        usual: blobOf(saved),
        by,
        threshold,
        output: /\.npy$/i.test(out) ? "npy" : "csv",
        ...examples.task,
        ...options,
        ...defined({ device }),
      },
    });
    if (done === undefined) return;
    const { plan, outputs } = done;
    await RowsFile.write(out, await outputs.columns(), plan.rows, async (file) => {
      for await (const rows of outputs.contents("rows")) await file.addRaw(rows);
    });
    await tellFiles(done, [out]);
    if (flags.json === true) print(JSON.stringify({ out, score: by, falseAlarms, threshold }));
    else print(out);
    for (const one of strangeNotes(await outputs.strange(), source)) note(one);
    const { flagged = 0 } = await outputs.sums();
    note(
      `flagged: ${flagged} of ${plan.rows} with ${by} above ${threshold.toPrecision(4)} (${falseAlarms} of the usual)`,
    );
  } finally {
    await scorer.close();
  }
}

/** The usual examples of the run or, where those are not at hand, the data themselves. */
async function usualOrNone(
  flags: ScoreFlags,
  folder: string,
  run: OpenedRun,
  source: string,
): Promise<Dataset> {
  const asTrained = defined({ memory: flags.memory, split: "train" as const });
  try {
    return await dataFor(asTrained, folder, run);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(
      "the usual is learned from the data themselves, as the run's training data are not at hand; --usual DATA names others",
    );
    return dataFor({ data: source, whole: true, ...defined({ memory: flags.memory }) }, folder, run);
  }
}

async function score(this: Cli, flags: ScoreFlags, folder: string, data: string | undefined): Promise<void> {
  const {
    out = "scores.csv",
    split = "test",
    seed,
    device,
    threads,
    falseAlarms = 0.01,
    by = "recommended",
  } = flags;
  outFile(out, [".npy", ".csv", ".parquet"]);
  const curves = flags.curves ?? out.replace(/\.\w+$/, "-curves.png");
  outFile(curves, [".png"], "--curves");
  if (flags.worst !== undefined) outFile(flags.worst, [".png"], "--worst");
  await requireKept(
    { out, worst: flags.worst, curves: flags.anomalies === undefined ? undefined : curves },
    [data, flags.usual, flags.ids, flags.config],
    folder,
  );
  const run = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  if (flags.worst !== undefined && run.model.schema.kind !== "image")
    throw new UserError(
      "--worst draws pictures, and these examples are none: leave it out; the column `blame` names the part that is to blame",
      2,
    );
  if (isBulk(flags)) return scoreByWorkers(flags, folder, data, run);
  const dataset = await toldData({ ...flags, ...(data !== undefined && { data }), whole: true }, folder, run);
  const examples = splitOf(dataset, split);
  const anomalies =
    flags.anomalies && (await marksOf(flags.anomalies, { run, dataset, split, data, option: "--anomalies" }));
  const id = await idsFor(flags.ids, examples);
  note(allOf(dataset, split));
  if (data !== undefined) for (const one of dataset.notes) note(one);
  const usual = await usualExamples(flags, folder, run, dataset, data !== undefined);
  const scorer = await openScorer(
    run.model,
    usual,
    defined({
      binarize: recordedBinarization(run),
      draws: flags.draws ?? flags.samples,
      seed: seed ?? run.config?.seed,
      device,
      threads,
    }),
  );
  try {
    const scores = await scorer.score(dataset, { split });
    if (scores.columns[by] === undefined) {
      const there = Object.keys(scores.columns).join(", ");
      throw new UserError(`--by ${by}: there is no such score here; there are ${there}`, 2);
    }
    const threshold = scorer.threshold(falseAlarms, by);
    const measured = anomalies && measureDetection(scores, anomalies);
    await writeScores(out, scores, { dataset, split: examples, id, by, threshold });
    if (flags.json !== true) print(out);
    if (measured !== undefined && measured !== "") await tell(measured, curves, by, flags);
    else if (flags.json === true) print(JSON.stringify({ out, score: by, falseAlarms, threshold }));
    const flagged = Array.from(scores.columns[by] ?? []).filter((value) => value > threshold).length;
    note(
      `flagged: ${flagged} of ${scores.length} with ${by} above ${threshold.toPrecision(4)} (${falseAlarms} of the usual)`,
    );
    if (flags.worst !== undefined) {
      await drawWorst(flags.worst, flags.worstCount ?? 12, run, scorer, dataset, scores, { by, split, id });
    }
  } finally {
    await scorer.close();
  }
}

async function tell(measured: Measured, curves: string, by: ScoreName, flags: ScoreFlags): Promise<void> {
  await makeParent(curves);
  await writeCurves(curves, measured, by, `Anomalies: ${flags.anomalies ?? ""}`);
  if (flags.json === true) {
    const areas = Object.entries(measured).map(([name, { roc, precisionRecall }]) => [
      name,
      { roc: roc.area, precisionRecall: precisionRecall.area },
    ]);
    return print(
      JSON.stringify({ out: flags.out ?? "scores.csv", curves, areas: Object.fromEntries(areas) as unknown }),
    );
  }
  print(curves);
  const width = Math.max(...Object.keys(measured).map((name) => name.length));
  print(`${"score".padEnd(width)}  ROC-AUC  PR-AUC`);
  for (const [name, { roc, precisionRecall }] of Object.entries(measured)) {
    print(`${name.padEnd(width)}    ${roc.area.toFixed(3)}   ${precisionRecall.area.toFixed(3)}`);
  }
}

export const scoreCommand = buildCommand<ScoreFlags, [folder: string, data: string | undefined], Cli>({
  func: score,
  parameters: {
    positional: folderAndData("Folder of a run or a model"),
    flags: {
      out: flag("out", text("FILE", ".csv, .parquet or .npy, a row an example [default = scores.csv]")),
      split: flag("split", splitField),
      draws: flag(
        "draws",
        whole(1, 1_000_000, "K", "Also -log p(x) by importance sampling with K draws an example"),
      ),
      samples: flag("samples", whole(1, 1_000_000, "K", "The same as --draws")),
      usual: flag(
        "usual",
        text("DATA", "Whose training examples are usual [default = what the run was trained on]"),
      ),
      falseAlarms: flag(
        "false-alarms",
        number(0, 1, "SHARE", "Of the usual examples, so many are flagged [default = 0.01]"),
      ),
      by: flag("by", choice(scoreNames, "SCORE", "Which score flags and ranks [default = recommended]")),
      anomalies: flag(
        "anomalies",
        text(
          "LABELS",
          'Which are known to be anomalies, "label=1,4", of a table "fraud=yes": draws ROC and precision-recall curves',
        ),
      ),
      curves: flag("curves", text("FILE", "Where to, .png [default = beside --out, -curves.png]")),
      worst: flag(
        "worst",
        text("FILE", ".png of the pictures with the highest scores, and which pixels are to blame"),
      ),
      worstCount: flag("worst-count", whole(1, 200, "N", "How many of them [default = 12]")),
      ids: flag(
        "ids",
        text(
          "FILE",
          "A line for each example, its id [default = the files' names of pictures, else row numbers from 0]",
        ),
      ),
      json: toggle("Print areas and threshold as JSON"),
      seed: flag("seed", { ...seedField, brief: "Of the noise [default = the run's]" }),
      memory: flag("memory", fields.memory),
      device: flag("device", fields.device),
      threads: flag("threads", fields.threads),
      ...bulkFlags,
      ...openFlags,
    },
  },
  docs: {
    brief: "Write several scores for each example: what the model finds unusual scores high",
    customUsage: ["DIR [DATA] --out scores.csv", "DIR [DATA] --anomalies label=1 --worst worst.png"],
    fullDescription:
      "Writes for each example, in the data's order, the negative ELBO, reconstruction and KL in nats, with --draws K an\n" +
      "importance-sampled -log p(x), the error per unit of ink, typicality, distances of its code from the usual ones, the part\n" +
      "that is most to blame, and a recommended score that combines some and needs no anomalies. `flagged` is 1 above\n" +
      "the threshold that --false-alarms of the usual examples exceed. docs/uses.md tells what each score finds.",
  },
});
