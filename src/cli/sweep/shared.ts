import path from "node:path";
import { fetchRuns, leadSweep, openRedis, sharedBoard, shareSweep } from "../../queue/index.js";
import { openStore } from "../../store/index.js";
import { type OpenSweep, sweepFiles, type SweepPlan } from "../../sweeps/index.js";
import { UserError } from "../../tensor/index.js";
import type { BulkFlags } from "../bulk-flags.js";
import { note } from "../context.js";
import { interruptible } from "../interrupt.js";
import { finishSweep, Tables } from "./finish.js";
import { workerProgram } from "./run.js";
import type { SweepView } from "./view.js";

/**
 * Has a sweep done by workers that meet at a Redis, to its end or until it is asked to stop. Its state is there and in the store; this
 * folder gets the tables, and at the end all runs, the best model and the report.
 */
export async function runShared(
  opened: OpenSweep,
  plan: SweepPlan,
  { redis: address, store: place, root }: Pick<BulkFlags, "redis" | "store" | "root">,
  view: SweepView,
): Promise<void> {
  if (address === undefined || place === undefined)
    throw new UserError(
      "--redis needs --store too: a folder that all workers share, or s3://bucket/prefix",
      2,
    );
  const store = await openStore(place);
  const { data } = plan.run;
  const shared = await shareSweep(store, plan, root ?? (typeof data === "string" ? path.dirname(data) : "."));
  const redis = await openRedis(address);
  const board = sharedBoard(redis, store, shared);
  const sweep: OpenSweep = { ...opened, board };
  const interrupt = interruptible(() =>
    view.note("stopping; workers save what they have, the same command goes on with it"),
  );
  const tables = new Tables(sweep);
  try {
    note(`sweep ${shared.run}`);
    await board.change({ budget: plan.budget, state: "running" });
    const finished = await leadSweep(redis, shared, board, interrupt.signal, {
      async onState(state) {
        await view.onState(state, opened.plan);
        await tables.writeSometimes();
      },
      onTrouble: (reason) => note(`Redis: ${reason}; waiting for it`),
    });
    if (finished) {
      await fetchRuns(store, shared, await board.state(), path.join(opened.folder, sweepFiles.runs));
      await finishSweep(sweep, tables, workerProgram(), view);
    } else {
      await tables.write();
      process.exitCode = interrupt.code() ?? 1;
    }
  } finally {
    interrupt.release();
    view.close();
    await opened.close();
    await redis.close();
  }
}
