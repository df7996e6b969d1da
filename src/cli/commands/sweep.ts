import { type BulkFlags, bulkFlags } from "../bulk-flags.js";
import { runShared } from "../sweep/shared.js";
import { sharedPlace } from "../sweep/shared-place.js";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { buildCommand, buildRouteMap } from "@stricli/core";
import { readJson } from "../../catalogue/index.js";
import {
  forgetHalts,
  leaveRequest,
  type ControlRequest,
  holdsSweep,
  openSweep,
  sweepFiles,
  type KeptStatus,
} from "../../sweeps/index.js";
import { isBeingTrained } from "../../runs/index.js";
import { planOf } from "../../sweeps/index.js";
import { UserError } from "../../tensor/index.js";
import { readConfigFile, requireReadable } from "../config.js";
import { type Cli, note, print } from "../context.js";
import { isThere } from "../data.js";
import { positive, text, whole } from "../fields.js";
import { commonFlags, type CommonFlags, flag, folderArgument, toggle } from "../flags.js";
import { bestLine, usedLine } from "../sweep/lines.js";
import { cores, runToEnd } from "../sweep/run.js";
import { chooseSweepView } from "../sweep/view.js";
import { serveSweep } from "../sweep/worker.js";

interface ControlFlags extends CommonFlags {
  readonly concurrency?: number;
  readonly trials?: number;
  readonly seconds?: number;
  readonly epochs?: number;
}

interface ResumeFlags extends ControlFlags, Pick<BulkFlags, "redis" | "store" | "root"> {
  readonly json?: boolean;
}

interface RunFlags extends ResumeFlags {
  readonly out?: string;
  readonly refit?: boolean;
}

const controlFlags = {
  concurrency: flag("concurrency", whole(1, 1024, "N", "Runs trained at a time [default = one a core]")),
  trials: flag("trials", whole(1, 1e9, "N", "Points to try")),
  seconds: flag("seconds", positive("X", "Seconds of training, all workers together")),
  epochs: flag("epochs", whole(1, 1e9, "N", "Epochs to train, all runs together")),
} as const;

function requestOf({ concurrency, trials, seconds, epochs }: ControlFlags): ControlRequest {
  const budget = {
    ...(trials !== undefined && { trials }),
    ...(seconds !== undefined && { seconds }),
    ...(epochs !== undefined && { epochs }),
  };
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(Object.keys(budget).length > 0 && { budget }),
  };
}

/** The folder of a sweep unless told otherwise: `sweeps/<name of the file>`. */
function usualFolder(file: string): string {
  return path.join("sweeps", path.basename(file).replace(/(\.sweep|\.config)?\.[a-z]+$/, ""));
}

async function runSweep(this: Cli, flags: RunFlags, file: string): Promise<void> {
  const { out = usualFolder(file), refit, json = false, concurrency } = flags;
  if (!existsSync(file))
    throw new UserError(`can't read ${file}: it does not exist: check the path of the sweep's file`, 2);
  requireReadable(file);
  const contents = (await readConfigFile(file)) as Readonly<Record<string, unknown>>;
  const told = holdsSweep(out) || concurrency === undefined ? contents : { ...contents, concurrency };
  const plan = planOf(refit === true ? { ...told, refit } : told, file, cores());
  const threadsTold = "threads" in ((contents as { readonly run?: object }).run ?? {});
  const { data } = plan.run;
  if (typeof data === "string" && !(await isThere(data)))
    throw new UserError(`${file}: there is no data set, file or folder "${data}": correct "data"`, 2);
  const usualRoot = typeof data === "string" ? path.dirname(data) : ".";
  const place = await sharedPlace(out, flags, usualRoot);
  const request = requestOf(flags);
  requireForShared(place !== undefined, flags);
  if (Object.keys(request).length > 0) await leaveRequest(out, request);
  const sweep = await openSweep(out, plan, threadsTold);
  if (place !== undefined)
    return runShared(sweep, place, chooseSweepView(json), { budget: plan.budget, state: "running" });
  await runToEnd(sweep, chooseSweepView(json));
}

/** Throws the UserError for what is said of workers on one machine where there are others. */
function requireForShared(shared: boolean, { concurrency }: ControlFlags): void {
  if (!shared || concurrency === undefined) return;
  throw new UserError(
    "--concurrency is for a sweep of one machine; of one over several, start or end workers (latent worker)",
    2,
  );
}

function requireSweep(folder: string): void {
  if (!holdsSweep(folder)) throw new UserError(`${folder} holds no sweep`, 2);
}

async function resume(this: Cli, flags: ResumeFlags, folder: string): Promise<void> {
  requireSweep(folder);
  const place = await sharedPlace(folder, flags, ".");
  requireForShared(place !== undefined, flags);
  await forgetHalts(folder);
  await leaveRequest(folder, { ...requestOf(flags), state: "running" });
  let sweep;
  try {
    sweep = await openSweep(folder);
  } catch (error) {
    if (!(error instanceof UserError) || !/process \d+/.test(error.message)) throw error;
    note(`the sweep goes on in the process that runs it (${error.message.replace(/;.*/s, "")})`);
    return;
  }
  const view = chooseSweepView(flags.json ?? false);
  if (place !== undefined) return runShared(sweep, place, view, {});
  await runToEnd(sweep, view);
}

/** What earlier versions did not tell: they counted what waits as running. */
const nothingWaits = { waiting: 0 };

/** How a sweep stands as its folder keeps it; undefined if nothing has been kept yet. */
function keptStatus(folder: string): KeptStatus | undefined {
  const file = path.join(folder, sweepFiles.status);
  if (!existsSync(file)) return undefined;
  const read = readJson(readFileSync(file, "utf8"), file) as unknown as KeptStatus;
  return { ...read, counts: { ...nothingWaits, ...read.counts } };
}

const asking = (state: "paused" | "stopped", told: string) =>
  async function ask(this: Cli, _: CommonFlags, folder: string): Promise<void> {
    requireSweep(folder);
    const goesOn = await isBeingTrained(folder);
    if (!goesOn && keptStatus(folder)?.ended === true) {
      note(`the sweep in ${folder} has ended: nothing was asked of it`);
      return;
    }
    if (!goesOn && state === "paused") {
      note(
        `no process runs the sweep in ${folder}: nothing was asked of it; \`latent sweep resume\` goes on with it`,
      );
      return;
    }
    await leaveRequest(folder, { state });
    note(
      goesOn
        ? told
        : "asked: no process runs the sweep now; it ends with what it has once `latent sweep SPEC` is run again",
    );
  };

async function status(
  this: Cli,
  { json = false }: CommonFlags & { readonly json?: boolean },
  folder: string,
): Promise<void> {
  requireSweep(folder);
  const kept = keptStatus(folder);
  if (kept === undefined)
    throw new UserError(`${folder}: the sweep has only begun; ask again in some seconds`);
  const goesOn = await isBeingTrained(folder);
  const { running, waiting } = kept.counts;
  // Of a process that was killed, what it kept last says that its runs go on.
  const counts = goesOn ? kept.counts : { ...kept.counts, running: 0, waiting: waiting + running };
  const now = { ...kept, counts };
  if (json) return print(JSON.stringify(now));
  for (const line of [usedLine(now), bestLine(now)]) print(line);
  if (!kept.ended && !goesOn) note(`no process runs it now; go on with: latent sweep resume ${folder}`);
}

const folder = folderArgument("Folder of the sweep");
const jsonFlag = toggle("Print one JSON event a line");

const sharedFlags = { redis: bulkFlags.redis, store: bulkFlags.store, root: bulkFlags.root } as const;

const runCommand = buildCommand<RunFlags, [file: string], Cli>({
  func: runSweep,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          brief: "The sweep's file: TypeScript, JavaScript or JSON",
          placeholder: "SPEC",
          parse: (input) => input,
        },
      ],
    },
    flags: {
      out: flag("out", text("DIR", "Folder of the sweep [default = sweeps/<name of the file>]")),
      ...controlFlags,
      refit: toggle("Also train the best settings on training and validation examples, and export that"),
      ...sharedFlags,
      json: jsonFlag,
      ...commonFlags,
    },
  },
  docs: {
    brief: "Try settings: many runs of which the best is kept",
    fullDescription:
      "Trains the runs of a sweep, several at a time, and keeps them in a folder: runs, a table, the best model and a report.\n" +
      "The same command again goes on where it was, after any interruption.\n\n" +
      "  latent sweep sweep.ts\n" +
      "  latent sweep sweep.json --out sweeps/first --concurrency 2 --trials 50\n" +
      "  latent sweep status sweeps/first\n" +
      "  latent sweep resume sweeps/first --trials 100",
  },
});

const resumeCommand = buildCommand<ResumeFlags, [folder: string], Cli>({
  func: resume,
  parameters: {
    positional: folder,
    flags: { ...controlFlags, ...sharedFlags, json: jsonFlag, ...commonFlags },
  },
  docs: {
    brief: "Go on with a sweep that was interrupted, paused or stopped, or change one that goes on",
    fullDescription:
      "Runs the sweep in a folder; where another process runs it, what was asked is handed to that:\n\n" +
      "  latent sweep resume sweeps/first --concurrency 4 --trials 200",
  },
});

const pauseCommand = buildCommand<CommonFlags, [folder: string], Cli>({
  func: asking("paused", "asked: runs under way are saved, and go on with `latent sweep resume`"),
  parameters: { positional: folder, flags: commonFlags },
  docs: { brief: "Pause a sweep that goes on" },
});

const stopCommand = buildCommand<CommonFlags, [folder: string], Cli>({
  func: asking("stopped", "asked: the sweep ends with what it has"),
  parameters: { positional: folder, flags: commonFlags },
  docs: { brief: "End a sweep with what it has" },
});

const statusCommand = buildCommand<CommonFlags & { readonly json?: boolean }, [folder: string], Cli>({
  func: status,
  parameters: { positional: folder, flags: { json: toggle("Print it as JSON"), ...commonFlags } },
  docs: { brief: "How a sweep stands" },
});

const workerCommand = buildCommand<CommonFlags, [], Cli>({
  func: () => serveSweep(),
  parameters: { positional: { kind: "tuple", parameters: [] }, flags: commonFlags },
  docs: { brief: "A worker process of a sweep, which starts it" },
});

export const sweepCommand = buildRouteMap<string, Cli>({
  routes: {
    run: runCommand,
    status: statusCommand,
    pause: pauseCommand,
    resume: resumeCommand,
    stop: stopCommand,
    worker: workerCommand,
  },
  defaultCommand: "run",
  docs: { brief: "Try settings: many runs of which the best is kept", hideRoute: { worker: true } },
});
