import path from "node:path";
import { writeWhole } from "../../data/index.js";
import {
  bestRun,
  csvOf,
  exportBest,
  forgetHalts,
  type KeptStatus,
  type OpenSweep,
  type PlainRun,
  refitOf,
  runId,
  statusOf,
  sweepFiles,
  tableOf,
} from "../../sweeps/index.js";
import { WorkerProcess, type WorkerProgram } from "../../sweeps/embedded/process.js";
import { UserError } from "../../tensor/index.js";
import { note, warn } from "../context.js";
import { reportSweep } from "./report.js";
import { drawFinished } from "./trainer.js";
import type { SweepView } from "./view.js";

/** Milliseconds between two writings of the tables while a sweep goes on. */
const tablesEvery = 1000;

/** The tables of a sweep in its folder, from which others read how it stands: its state is this process' own. */
export class Tables {
  private readonly kept = new Map<string, string>();
  private written = 0;

  constructor(private readonly sweep: OpenSweep) {}

  /** Writes those that have changed, unless that was done just now. */
  async writeSometimes(): Promise<void> {
    if (Date.now() - this.written < tablesEvery) return;
    await this.write();
  }

  /** Writes the table of trials and how the sweep stands, where these have changed; returns the table's file. */
  async write(ended = false): Promise<string> {
    this.written = Date.now();
    const { folder, plan, board } = this.sweep;
    const state = await board.state();
    const rows = tableOf(plan, state);
    const status: KeptStatus = { ...statusOf(plan, state), ended };
    const files = [
      [sweepFiles.table, csvOf(plan, rows)],
      [sweepFiles.trials, `${JSON.stringify(rows, null, 1)}\n`],
      [sweepFiles.status, `${JSON.stringify(status, null, 1)}\n`],
    ] as const;
    for (const [name, text] of files) {
      if (this.kept.get(name) === text) continue;
      await writeWhole(path.join(folder, name), text);
      this.kept.set(name, text);
    }
    return path.join(folder, sweepFiles.table);
  }
}

/** Trains the best settings on training and validation examples together; returns the run's settings. */
async function refitted(sweep: OpenSweep, run: PlainRun, program: WorkerProgram): Promise<PlainRun> {
  const worker = new WorkerProcess(program);
  const epochs = typeof run.epochs === "number" ? run.epochs : 10;
  const task = { trial: -1, rung: 0, seed: 0, run, id: runId(run), epochs, limits: {}, secondsBefore: 0 };
  try {
    const outcome = await worker.run(task, path.join(sweep.folder, sweepFiles.runs), () => undefined);
    if (outcome.kind === "done") return run;
    throw new UserError(
      `the best settings could not be refitted: ${"reason" in outcome ? outcome.reason : outcome.kind}`,
    );
  } finally {
    await worker.close();
  }
}

/** Draws the best run's own pictures and report into `best/`; what can't be drawn is told. */
async function drawBest(folder: string): Promise<void> {
  const out = path.join(folder, sweepFiles.best);
  try {
    await drawFinished(out);
  } catch (error) {
    warn(
      `the pictures of ${out} could not be drawn: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/**
 * Ends a sweep: the best model in `best/`, its settings, the table and the report. Without a best the exit code is 1, unless it was
 * asked to stop.
 */
export async function finishSweep(
  sweep: OpenSweep,
  tables: Tables,
  program: WorkerProgram,
  view: SweepView,
): Promise<void> {
  const { folder, plan, board } = sweep;
  const state = await board.state();
  await tables.write();
  const files: string[] = [];
  const best = bestRun(plan, state);
  if (best === undefined) {
    warn("no trial has been trained to its end: there is no best model to export");
    if (state.control.state !== "stopped") process.exitCode = 1;
  } else {
    let { run } = best;
    if (plan.refit) {
      const again = refitOf(best);
      if (again === undefined)
        warn("refit: nothing was held out by `validation`, so that there is nothing to train on besides");
      else run = await refitted(sweep, again, program);
    }
    files.push(await exportBest(folder, run), path.join(folder, sweepFiles.bestConfig));
    await drawBest(folder);
    if (best.report.evaluation.split === "test") {
      note(
        "note     the test examples have decided; to keep them for the end, hold examples out by `validation`",
      );
    }
  }
  const { report, skipped } = await reportSweep(sweep, state);
  for (const reason of skipped) warn(reason);
  const table = await tables.write(true);
  await forgetHalts(folder);
  view.ended(statusOf(plan, state), [...files, table, report]);
}
