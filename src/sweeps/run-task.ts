import { readFileSync, writeFileSync } from "node:fs";
import { TrainingDiverged } from "../train/index.js";
import { UserError } from "../tensor/index.js";
import {
  type Outcome,
  type RunLimits,
  type RunReport,
  type TaskSurroundings,
  taskFolder,
  type Trained,
  type Trainer,
  type TrialTask,
} from "./trial.js";

/** Milliseconds between two looks at memory and time. */
const interval = 250;

/** Starts to measure this process's memory at its peak anew, where the system can (Linux); else the peak is that of its life. */
function resetPeakMemory(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    return;
  }
}

/** Bytes of this process at their peak. */
function peakMemory(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

/** Which limit is exceeded, in words. */
function exceeded(limits: RunLimits, seconds: number): string | undefined {
  const memory = limits.peakMemory === undefined ? 0 : peakMemory();
  if (limits.peakMemory !== undefined && memory > limits.peakMemory) {
    return `peak memory ${megabytes(memory)} is above ${megabytes(limits.peakMemory)}`;
  }
  if (limits.seconds === undefined || seconds <= limits.seconds) return undefined;
  return `training took ${seconds.toFixed(1)} s, which is above ${limits.seconds} s`;
}

/** Watches a run and ends it when it exceeds a limit. */
class Watch {
  private readonly began = performance.now();
  private readonly cpu = process.cpuUsage();
  private readonly timer: NodeJS.Timeout;
  private readonly controller = new AbortController();
  reason: string | undefined;

  constructor(private readonly task: TrialTask) {
    resetPeakMemory();
    this.timer = setInterval(() => this.look(), interval);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Looks whether the run keeps to its limits; how long it took so far, earlier rungs too, counts. */
  look(): void {
    this.object(exceeded(this.task.limits, this.task.secondsBefore + this.seconds));
  }

  object(reason: string | undefined): void {
    if (reason === undefined) return;
    this.reason ??= reason;
    this.controller.abort();
  }

  get seconds(): number {
    return (performance.now() - this.began) / 1000;
  }

  report(trained: Trained): RunReport {
    const { user, system } = process.cpuUsage(this.cpu);
    return {
      ...trained,
      seconds: this.seconds,
      cpuSeconds: (user + system) / 1e6,
      peakMemory: peakMemory(),
    };
  }

  close(): void {
    clearInterval(this.timer);
  }
}

function outcomeOf(error: unknown, watch: Watch, interrupted: boolean): Outcome {
  if (watch.reason !== undefined) return { kind: "pruned", reason: watch.reason };
  if (interrupted) return { kind: "interrupted" };
  if (error instanceof TrainingDiverged) return { kind: "pruned", reason: error.message };
  const reason = error instanceof Error ? error.message : String(error);
  // What is wrong with the settings will be wrong again.
  return { kind: "failed", reason, again: !(error instanceof UserError && error.exitCode === 2) };
}

/**
 * Does a task: trains its run up to its epochs in `runs/<id>`, resuming what is there. Everything that goes wrong is an outcome;
 * nothing is thrown.
 */
export async function runTask(task: TrialTask, trainer: Trainer, around: TaskSurroundings): Promise<Outcome> {
  const watch = new Watch(task);
  const { limits } = task;
  try {
    const trained = await trainer(task.run, {
      folder: taskFolder(around.runs, task),
      epochs: task.epochs,
      signal: AbortSignal.any([around.signal, watch.signal]),
      ...(task.logLikelihood && { logLikelihood: task.logLikelihood }),
      onModel(parameters) {
        if (limits.parameters === undefined || parameters <= limits.parameters) return;
        watch.object(`the model has ${parameters} parameters, which is above ${limits.parameters}`);
      },
      onEpoch: (epoch, evaluation) => around.onEpoch?.(epoch, evaluation),
    });
    watch.look();
    if (watch.reason !== undefined) return { kind: "pruned", reason: watch.reason };
    if (trained.epoch < task.epochs && !trained.finished) return { kind: "interrupted" };
    return { kind: "done", report: watch.report(trained) };
  } catch (error) {
    return outcomeOf(error, watch, around.signal.aborted);
  } finally {
    watch.close();
  }
}
