import path from "node:path";
import {
  fetchRuns,
  leadSweep,
  type OpenRedis,
  openRedis,
  sharedBoard,
  type SharedSweep,
  shareSweep,
} from "../../queue/index.js";
import { openStore, type Store } from "../../store/index.js";
import { applyRequest, type Control, type OpenSweep, sweepFiles } from "../../sweeps/index.js";
import { takeRequests } from "../../sweeps/embedded/requests.js";
import { UserError } from "../../tensor/index.js";
import { note } from "../context.js";
import { interruptible } from "../interrupt.js";
import { finishSweep, Tables } from "./finish.js";
import { workerProgram } from "./run.js";
import { keepPlace, type SharedPlace } from "./shared-place.js";
import type { SweepView } from "./view.js";

/**
 * Has a sweep done by workers that meet at a Redis, to its end or until it is asked to stop. Its state is there and in the store; this
 * folder gets the tables, and at the end all runs, the best model and the report. It begins with the change `begin`, and takes what
 * other commands ask of its folder.
 */
export async function runShared(
  opened: OpenSweep,
  place: SharedPlace,
  view: SweepView,
  begin: Partial<Control>,
): Promise<void> {
  try {
    if ((await opened.board.state()).trials.length > 0)
      throw new UserError(
        `${opened.folder} holds a sweep of one machine: go on with it without --redis, or choose another \`out\``,
        2,
      );
    const store = await openStore(place.store);
    const shared = await shareSweep(store, opened.kept, place.root);
    const redis = await openRedis(place.redis);
    try {
      await keepPlace(opened.folder, place);
      const sweep: OpenSweep = { ...opened, board: sharedBoard(redis, store, shared) };
      note(`sweep ${shared.run}`);
      await sweep.board.change(begin);
      await leadShared(redis, store, shared, sweep, view);
    } finally {
      await redis.close();
    }
  } finally {
    view.close();
    await opened.close();
  }
}

async function leadShared(
  redis: OpenRedis,
  store: Store,
  shared: SharedSweep,
  sweep: OpenSweep,
  view: SweepView,
): Promise<void> {
  const { board, folder } = sweep;
  const interrupt = interruptible(() =>
    view.note(`stopping; workers save what they have. Resume with: latent sweep resume ${folder}`),
  );
  const tables = new Tables(sweep);
  try {
    const finished = await leadSweep(redis, shared, board, interrupt.signal, {
      takeRequests: () => takeRequests(folder, async (request) => void (await applyRequest(board, request))),
      async onState(state) {
        await view.onState(state, sweep.plan);
        await tables.writeSometimes();
      },
      onTrouble: (reason) => note(`${reason}; waiting for it`),
    });
    if (finished) {
      await fetchRuns(store, shared, await board.state(), path.join(folder, sweepFiles.runs));
      await finishSweep(sweep, tables, workerProgram(), view);
    } else {
      await tables.write();
      process.exitCode = interrupt.code() ?? 1;
    }
  } finally {
    interrupt.release();
  }
}
