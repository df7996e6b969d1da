import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requireFolder, writeWhole } from "../../data/index.js";
import { RunLock } from "../../runs/run-lock.js";
import { UserError } from "../../tensor/index.js";
import { boardOn, type StateStore, type TrialBoard } from "../board.js";
import { sweepFiles } from "../files.js";
import { firstState, fixedText, type OpenPlan, openPlan, type SweepPlan } from "../plan.js";
import { bury } from "../scheduler.js";
import type { Control, SweepState } from "../state.js";
import { Crew } from "./crew.js";
import { Member, type MemberEvents } from "./member.js";
import type { WorkerProgram } from "./process.js";
import { type ControlRequest, takeRequests } from "./requests.js";
import { openKept } from "./sqlite-store.js";

/** What happens in a sweep. */
export interface SweepEvents extends MemberEvents {
  onState(state: SweepState, plan: OpenPlan): void | Promise<void>;
}

/** A sweep in a folder, which this process alone has. */
export interface OpenSweep {
  readonly folder: string;
  readonly plan: OpenPlan;
  /** The plan as it is kept, plain data. */
  readonly kept: SweepPlan;
  readonly board: TrialBoard;
  close(): Promise<void>;
}

/** Milliseconds between two looks at what is asked of the sweep and how it stands. */
const lookEvery = 250;

/** Whether a folder holds a sweep. */
export function holdsSweep(folder: string): boolean {
  return existsSync(path.join(folder, sweepFiles.state));
}

function requireSame(
  folder: string,
  kept: SweepPlan,
  asked: SweepPlan | undefined,
  threadsTold: boolean,
): void {
  if (asked === undefined) return;
  const { threads } = kept.run;
  const run = threadsTold || threads === undefined ? asked.run : { ...asked.run, threads };
  if (fixedText({ ...asked, run }) === fixedText(kept)) return;
  throw new UserError(
    `${folder} holds a sweep with other settings: go on with it by \`latent sweep resume ${folder}\`, or choose another \`out\``,
    2,
  );
}

/**
 * Opens the sweep in a folder, or begins `asked` there, and locks it until `close`. Leases of workers of a process that was
 * killed are given up: their runs go on from their checkpoints. Throws a UserError if the folder holds another sweep, another
 * process runs it, or the state is damaged.
 */
export async function openSweep(folder: string, asked?: SweepPlan, threadsTold = false): Promise<OpenSweep> {
  if (asked === undefined && !holdsSweep(folder)) throw new UserError(`${folder} holds no sweep`, 2);
  await requireFolder(folder);
  const lock = await RunLock.take(folder);
  let store: StateStore | undefined;
  try {
    const file = path.join(folder, sweepFiles.state);
    const kept = await openKept(file, asked && { plan: asked, state: firstState(asked) });
    ({ store } = kept);
    requireSame(folder, kept.plan, asked, threadsTold);
    const planned = { ...kept.plan, ...(asked && { refit: asked.refit }) };
    const plan = openPlan(planned);
    await store.update((state) => bury(state, () => true));
    const opened = store;
    await writeWhole(path.join(folder, sweepFiles.plan), `${JSON.stringify(kept.plan, null, 1)}\n`);
    return {
      folder,
      plan,
      kept: planned,
      board: boardOn(plan, store),
      async close() {
        await opened.close();
        await lock.release();
      },
    };
  } catch (error) {
    await store?.close();
    await lock.release();
    throw error;
  }
}

/** Changes a sweep as a request says. */
export async function applyRequest(board: TrialBoard, request: ControlRequest): Promise<Control> {
  const { control } = await board.state();
  return board.change({
    ...request,
    ...(request.budget && { budget: { ...control.budget, ...request.budget } }),
  });
}

/**
 * Runs a sweep to its end with worker processes on this machine, or until `signal` is aborted, when runs are saved. Returns whether
 * it has come to its end.
 */
export async function runEmbedded(
  sweep: OpenSweep,
  program: WorkerProgram,
  signal: AbortSignal,
  events: SweepEvents,
): Promise<boolean> {
  const { board, folder, plan } = sweep;
  const runs = path.join(folder, sweepFiles.runs);
  await requireFolder(runs);
  const crew = new Crew((name) => new Member(name, board, program, runs, events));
  const tellState = async (): Promise<void> => events.onState(await board.state(), plan);
  try {
    while (!signal.aborted && !crew.isIdle) {
      await takeRequests(folder, async (request) => void (await applyRequest(board, request)));
      const { control } = await board.state();
      if (control.state !== "running") crew.interrupt();
      crew.resize(control.concurrency);
      await tellState();
      await sleep(lookEvery, undefined, { signal }).catch(() => undefined);
      crew.requireSound();
    }
  } finally {
    await crew.leave();
  }
  crew.requireSound();
  await tellState();
  return !signal.aborted;
}
