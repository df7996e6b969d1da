import type { Evaluation } from "../evaluate/index.js";
import { boardOn, type TrialBoard } from "../sweeps/board.js";
import { memoryStore } from "../sweeps/memory-store.js";
import { firstState, type OpenPlan, openPlan, type SweepPlan } from "../sweeps/plan.js";
import { planOf, type SweepSpec } from "../sweeps/spec.js";
import type { Outcome, TrialTask } from "../sweeps/trial.js";

/** An evaluation of which only the figure that decides is of interest. */
export function evaluationOf(negativeElbo: number): Evaluation {
  return {
    ...{ split: "validation", examples: 1, binarize: "none", negativeElbo, reconstruction: negativeElbo },
    ...{ kl: 0, klMethod: "exact", mse: 1, activeUnits: 1, latentDim: 2, terms: { elbo: negativeElbo } },
  };
}

/** What a task came to, if its run came to `value`. */
export function doneWith(task: TrialTask, value: number, seconds = 1): Outcome {
  return {
    kind: "done",
    report: {
      ...{ epoch: task.epochs, finished: task.epochs === task.run.epochs, evaluation: evaluationOf(value) },
      ...{ seconds, cpuSeconds: seconds, peakMemory: 1e8, parameters: 100 },
    },
  };
}

/** A board in memory with a clock that the test sets. */
export function boardFor(spec: SweepSpec | SweepPlan): {
  readonly plan: OpenPlan;
  readonly board: TrialBoard;
  readonly clock: { now: number };
} {
  const plan = "version" in spec ? spec : planOf(spec, "sweep.ts", 2);
  const clock = { now: 1000 };
  const opened = openPlan(plan);
  return {
    plan: opened,
    clock,
    board: boardOn(
      opened,
      memoryStore(firstState(plan), () => clock.now),
      100,
    ),
  };
}

/** Has one worker do all that a board has to do; returns the tasks in their order. */
export async function workThrough(
  board: TrialBoard,
  value: (task: TrialTask) => number,
): Promise<TrialTask[]> {
  const tasks: TrialTask[] = [];
  for (;;) {
    const asked = await board.ask("only");
    if (asked.kind !== "task") return tasks;
    tasks.push(asked.task);
    await board.report(asked, doneWith(asked.task, value(asked.task)));
  }
}
