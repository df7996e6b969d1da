import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { packageVersion } from "../../report/index.js";
import { getTree, type Store } from "../../store/index.js";
import {
  boardOn,
  firstState,
  openPlan,
  runId,
  type SweepState,
  type TrialBoard,
} from "../../sweeps/index.js";
import { ask, runOf } from "../../sweeps/scheduler.js";
import { protocolVersion } from "../protocol.js";
import {
  briefly,
  closeAll,
  isOfFile,
  leadTrouble,
  type OpenRedis,
  prefix,
  redisNow,
  unlessAborted,
} from "../redis.js";
import { announce, emptied, queueName, withdraw } from "../registry.js";
import { sweepLease } from "./handler.js";
import type { SharedSweep } from "./plan.js";
import { latestRun } from "./runs.js";
import { RedisStateStore } from "./state-store.js";

/** The board of a sweep that many machines work on. */
export function sharedBoard(
  redis: OpenRedis,
  store: Store,
  { run, plan }: SharedSweep,
  lease = sweepLease,
): TrialBoard {
  return boardOn(openPlan(plan), new RedisStateStore(redis.client, store, run, firstState(plan)), lease);
}

/** What is told while a sweep is led. */
export interface LeadSweepEvents {
  /** Takes what was asked of the sweep since: to pause, to resume, to stop, another budget. */
  takeRequests(): Promise<void>;
  onState(state: SweepState): Promise<void> | void;
  onTrouble(reason: string): void;
}

const tick = 250;

/** What went wrong on this machine, and won't be righted by waiting for others. */
class HereOnly extends Error {
  constructor(cause: unknown) {
    super("on this machine", { cause });
  }
}

/** Whether a worker that is there has a run under way. */
const isHeld = ({ trials }: SweepState, now: number): boolean =>
  trials.some(({ jobs }) => jobs.some(({ lease }) => lease !== undefined && lease.until >= now));

/**
 * Leads a sweep over many machines: as long as there are runs to be trained, some jobs are in the queue that say so. Returns whether
 * it came to its end before `signal` was aborted. Decisions are the board's, whoever asks. Trouble with Redis or the store is told and
 * waited for; rejects with what the file system refuses `onState`.
 */
export async function leadSweep(
  redis: OpenRedis,
  sweep: SharedSweep,
  board: TrialBoard,
  signal: AbortSignal,
  events: LeadSweepEvents,
): Promise<boolean> {
  const { run } = sweep;
  const queue = new redis.bull.Queue(queueName(run), { connection: redis.connection, prefix });
  let told = "";
  const trouble = (error: unknown): void => {
    const text = leadTrouble(redis, error);
    if (text !== told) events.onTrouble(text);
    told = text;
  };
  queue.on("error", trouble);
  const plan = openPlan(sweep.plan);
  let ticket = Date.now() * 1000;
  const since = await redisNow(redis);
  const step = async (): Promise<boolean> => {
    await events.takeRequests();
    const state = await board.state();
    try {
      await events.onState(state);
    } catch (error) {
      throw isOfFile(error) ? new HereOnly(error) : error;
    }
    const now = await redisNow(redis);
    const { result } = ask(plan, state, { token: randomUUID(), worker: "none", now, lasts: 1 });
    if (result.kind === "done" && !isHeld(state, now)) return true;
    await announce(redis, { kind: "sweep", protocol: protocolVersion, latent: packageVersion(), run, since });
    if (state.control.state !== "running") return false;
    const { wait = 0, waiting = wait, active = 0 } = await queue.getJobCounts("wait", "active");
    const wanted = Math.max(2, active + 1) - waiting;
    for (let i = 0; i < wanted; i++)
      await queue.add(
        "ticket",
        { protocol: protocolVersion, run, ticket: ticket++ },
        { removeOnComplete: true, removeOnFail: 100, attempts: 1 },
      );
    told = "";
    return false;
  };
  try {
    while (!signal.aborted) {
      try {
        if (await unlessAborted(step(), signal)) return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (error instanceof HereOnly) throw error.cause;
        trouble(error);
      }
      await sleep(tick, undefined, { signal }).catch(() => undefined);
    }
    return false;
  } finally {
    await briefly(async () => {
      await withdraw(redis, run);
      await emptied(queue);
    }, 5000);
    await closeAll([queue]);
  }
}

/** Brings the folders of all runs of a sweep here, as the store has them. */
export async function fetchRuns(
  store: Store,
  { run }: SharedSweep,
  state: SweepState,
  runs: string,
): Promise<void> {
  for (const trial of state.trials)
    for (const seed of new Set(trial.jobs.map((job) => job.seed))) {
      const id = runId(runOf(trial, seed));
      const latest = await latestRun(store, run, id);
      if (latest === undefined) continue;
      const folder = join(runs, id);
      await rm(folder, { recursive: true, force: true });
      await getTree(store, latest, folder);
    }
}
