import os from "node:os";
import { type OpenSweep, runEmbedded, type WorkerProgram } from "../../sweeps/index.js";
import { interruptible } from "../interrupt.js";
import { finishSweep, Tables } from "./finish.js";
import type { SweepView } from "./view.js";

/** Cores that this process may use. */
export const cores = (): number => os.availableParallelism();

/** The command itself, as a worker of its sweep. */
export function workerProgram(): WorkerProgram {
  const [, script] = process.argv;
  if (script === undefined) throw new Error("the command has no script");
  return { script, args: ["sweep", "worker"] };
}

/** Runs a sweep that was opened, to its end or until it is asked to stop, and closes it. */
export async function runToEnd(sweep: OpenSweep, view: SweepView): Promise<void> {
  const program = workerProgram();
  const interrupt = interruptible(() =>
    view.note("stopping: runs under way are saved; Ctrl-C again ends at once"),
  );
  const tables = new Tables(sweep);
  try {
    const finished = await runEmbedded(sweep, program, interrupt.signal, {
      ...view,
      async onState(state, plan) {
        await view.onState(state, plan);
        await tables.writeSometimes();
      },
    });
    if (finished) await finishSweep(sweep, tables, program, view);
    else {
      await tables.write();
      view.note(`Resume with: latent sweep resume ${sweep.folder}`);
      process.exitCode = interrupt.code() ?? 1;
    }
  } finally {
    interrupt.release();
    view.close();
    await sweep.close();
  }
}
