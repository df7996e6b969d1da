import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { cacheFolder, requireFolder } from "../../data/index.js";
import {
  type Asked,
  boardOn,
  firstState,
  openPlan,
  runTask,
  type Trainer,
  type TrialBoard,
} from "../../sweeps/index.js";
import type { WorkerEvent } from "../event.js";
import { protocolVersion, savedRunName } from "../protocol.js";
import type { OpenRedis } from "../redis.js";
import { Garbage, type JobHandler } from "../shard-handler.js";
import { sourcePath } from "../sources.js";
import type { TaskSurroundings } from "../tasks/open.js";
import { readSweep } from "./plan.js";
import { fetchRun, keepRun } from "./runs.js";
import { RedisStateStore } from "./state-store.js";

/** All that a job of a sweep carries: that there is something to be asked for. */
export const savedTicket = z.strictObject({
  protocol: z.literal(protocolVersion),
  run: savedRunName,
  ticket: z.int().min(0),
});

/** How long a lease of a trial lasts without a beat, in milliseconds, and how often it is renewed. */
export const sweepLease = 20_000;

/** What a machine needs to train runs of sweeps. */
export interface SweepSurroundings extends TaskSurroundings {
  readonly redis: OpenRedis;
  readonly trainer: Trainer;
  readonly lease?: number;
}

/** Trains one task that was asked for, and reports it. */
async function train(
  { task, token }: Extract<Asked, { kind: "task" }>,
  board: TrialBoard,
  around: SweepSurroundings,
  place: { readonly run: string; readonly runs: string; readonly data: string; readonly lease: number },
  signal: AbortSignal,
  tell: (event: WorkerEvent) => void,
): Promise<void> {
  const { run, runs, data, lease } = place;
  const { store, trainer } = around;
  const began = performance.now();
  const leave = new AbortController();
  let epoch: number | undefined;
  const beat = async (): Promise<void> => {
    if ((await board.beat({ task, token }, epoch)) !== "go on") leave.abort();
  };
  const timer = setInterval(() => void beat().catch(() => undefined), lease / 4);
  try {
    await fetchRun(store, run, task.id, runs);
    const here: Trainer = (plain, options) => trainer({ ...plain, data }, options);
    const outcome = await runTask(task, here, {
      runs,
      signal: AbortSignal.any([signal, leave.signal]),
      onEpoch: (done) => {
        epoch = done;
        void beat().catch(() => undefined);
      },
    });
    const done = outcome.kind === "done" ? outcome.report.epoch : epoch;
    if ((outcome.kind === "done" || outcome.kind === "interrupted") && done !== undefined)
      await keepRun(store, run, task.id, runs, done);
    await board.report({ task, token }, outcome);
    const seconds = (performance.now() - began) / 1000;
    const what = `trial ${task.trial}, seed ${task.seed}, to epoch ${task.epochs}`;
    if (outcome.kind === "failed") tell({ kind: "failed", run, what, reason: outcome.reason });
    else tell({ kind: "done", run, what: `${what}: ${outcome.kind}`, rows: 0, seconds, bytes: 0 });
  } finally {
    clearInterval(timer);
  }
}

/** Does the jobs of a sweep: each asks the board for one run, trains it up to its rung, and reports. */
export async function openSweepJobs(
  run: string,
  around: SweepSurroundings,
  tell: (event: WorkerEvent) => void,
): Promise<JobHandler> {
  const { store, roots, redis, lease = sweepLease } = around;
  const { plan, source } = await readSweep(store, run);
  const data = source.from === "mnist" ? "mnist" : await sourcePath(source, roots, store);
  const board = boardOn(
    openPlan(plan),
    new RedisStateStore(redis.client, store, run, firstState(plan)),
    lease,
  );
  const worker = `${hostname()}:${process.pid}`;
  const runs = join(cacheFolder(), "sweeps", `${run}-${process.pid}`);
  await requireFolder(runs);
  return {
    async handle(job, signal) {
      const ticket = savedTicket.safeParse(job);
      if (!ticket.success || ticket.data.run !== run) throw new Garbage("it is no job of this sweep");
      const asked = await board.ask(worker);
      if (asked.kind === "task") await train(asked, board, around, { run, runs, data, lease }, signal, tell);
      else
        await sleep(asked.kind === "wait" ? Math.min(asked.milliseconds, 2000) : 500, undefined, {
          signal,
        }).catch(() => undefined);
    },
    close: () => Promise.resolve(),
  };
}
