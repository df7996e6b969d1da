import { randomBytes } from "node:crypto";
import { cp, rename, rm } from "node:fs/promises";
import path from "node:path";
import { writeWhole } from "../data/index.js";
import { lockFile } from "../runs/lock-file.js";
import { sweepFiles } from "./files.js";
import { metricOf } from "./metric.js";
import type { OpenPlan } from "./plan.js";
import { runOf } from "./scheduler.js";
import { bestTrial, doneAt } from "./standing.js";
import type { SweepState } from "./state.js";
import { type PlainRun, runId, type RunReport } from "./trial.js";

/** The best run of a sweep: of the best trial, the seed that did best. */
export interface BestRun {
  readonly trial: number;
  readonly seed: number;
  /** Its settings, with which `latent train` gives the same weights, bit for bit. */
  readonly run: PlainRun;
  /** Name of its folder. */
  readonly id: string;
  readonly report: RunReport;
  readonly value: number;
}

/** The best run that has been trained to its planned end; undefined if none has. */
export function bestRun(plan: OpenPlan, state: SweepState): BestRun | undefined {
  const best = bestTrial(plan, state);
  if (best === undefined || !best.complete) return undefined;
  const { trial, rung } = best;
  const sign = plan.direction === "maximize" ? -1 : 1;
  const runs = (doneAt(trial, rung) ?? []).flatMap(({ seed, report }): BestRun[] => {
    if (report === undefined) return [];
    const run = runOf(trial, seed);
    return [
      { trial: trial.number, seed, run, id: runId(run), report, value: metricOf(report, plan.metric) ?? NaN },
    ];
  });
  return runs.sort((a, b) => sign * (a.value - b.value))[0];
}

/** The settings of the best run trained on validation and training examples together; undefined where nothing was held out. */
export function refitOf({ run, report }: BestRun): PlainRun | undefined {
  const { validation = 0 } = run;
  if (validation === 0) return undefined;
  const others = Object.fromEntries(
    Object.entries(run).filter(([name]) => name !== "validation" && name !== "patience"),
  );
  return { ...others, epochs: run.patience === undefined ? (run.epochs ?? 10) : report.epoch };
}

/** Copies a run's folder to `best/` of a sweep, whole or not at all, and writes the settings that `latent train --config` takes. */
export async function exportBest(folder: string, run: PlainRun): Promise<string> {
  const from = path.join(folder, sweepFiles.runs, runId(run));
  const to = path.join(folder, sweepFiles.best);
  const part = `${to}.${randomBytes(4).toString("hex")}.part`;
  try {
    await cp(from, part, { recursive: true, filter: (name) => path.basename(name) !== lockFile });
    await rm(to, { recursive: true, force: true });
    await rename(part, to);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  await writeWhole(path.join(folder, sweepFiles.bestConfig), `${JSON.stringify(run, null, 2)}\n`);
  return to;
}
