import path from "node:path";
import { writeWhole } from "../../data/index.js";
import {
  bestRun,
  csvOf,
  exportBest,
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
import type { SweepView } from "./view.js";

/** Writes the table of trials and how the sweep stands; returns the table's files. */
export async function writeTables({ folder, plan, board }: OpenSweep): Promise<string[]> {
  const state = await board.state();
  const rows = tableOf(plan, state);
  const files = [
    [sweepFiles.table, csvOf(plan, rows)],
    [sweepFiles.trials, `${JSON.stringify(rows, null, 1)}\n`],
    [sweepFiles.status, `${JSON.stringify(statusOf(plan, state), null, 1)}\n`],
  ] as const;
  for (const [name, text] of files) await writeWhole(path.join(folder, name), text);
  return [path.join(folder, sweepFiles.table)];
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

/** Ends a sweep: the best model in `best/`, its settings, the table and the report. */
export async function finishSweep(sweep: OpenSweep, program: WorkerProgram, view: SweepView): Promise<void> {
  const { folder, plan, board } = sweep;
  const state = await board.state();
  const tables = await writeTables(sweep);
  const files: string[] = [];
  const best = bestRun(plan, state);
  if (best === undefined) warn("no trial has been trained to its end: there is no best model to export");
  else {
    let { run } = best;
    if (plan.refit) {
      const again = refitOf(best);
      if (again === undefined)
        warn("refit: nothing was held out by `validation`, so that there is nothing to train on besides");
      else run = await refitted(sweep, again, program);
    }
    files.push(await exportBest(folder, run), path.join(folder, sweepFiles.bestConfig));
    if (best.report.evaluation.split === "test") {
      note(
        "note     the test examples have decided; to keep them for the end, hold examples out by `validation`",
      );
    }
  }
  const { report, skipped } = await reportSweep(sweep, state);
  for (const reason of skipped) warn(reason);
  view.ended(statusOf(plan, state), [...files, ...tables, report]);
}
