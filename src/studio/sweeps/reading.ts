import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";
import { isBeingTrained } from "../../runs/index.js";
import {
  type KeptStatus,
  type OpenPlan,
  openPlan,
  type SweepPlan,
  sweepFiles,
  type TrialRow,
} from "../../sweeps/index.js";
import { UserError } from "../../tensor/index.js";
import { fileInside } from "../inside.js";

/** What is read of a sweep's folder. Its state is its own process' alone; that keeps these files beside it. */
export interface SweepReading {
  readonly plan: OpenPlan;
  readonly rows: readonly TrialRow[];
  readonly status: KeptStatus;
  /** Whether a process runs it. */
  readonly alive: boolean;
  readonly updated: number;
}

/** Files that tell of a sweep; a tenth of what could be kept is far more than any sweep has. */
const largest = 2 ** 26;

const count = z.number().check(z.minimum(0));
const places = z.record(z.string(), z.number());
const budget = z.partial(z.object({ trials: count, seconds: count, epochs: count }));
const nullable = z.nullable(z.number());

const keptPlan = z.looseObject({
  version: z.literal(1),
  run: z.record(z.string(), z.unknown()),
  metric: z.string(),
  direction: z.enum(["minimize", "maximize"]),
  seeds: count,
});

const keptStatus = z.object({
  control: z.object({
    state: z.enum(["running", "paused", "stopped"]),
    budget,
    concurrency: count,
  }),
  used: z.object({ trials: count, seconds: count, epochs: count }),
  counts: z.object({
    running: count,
    waiting: z._default(count, 0),
    complete: count,
    stopped: count,
    pruned: count,
    failed: count,
  }),
  metric: z.string(),
  direction: z.string(),
  best: z.optional(
    z.object({
      trial: count,
      value: nullable,
      spread: nullable,
      epochs: count,
      complete: z.boolean(),
      settings: z.record(z.string(), z.union([z.number(), z.string()])),
      split: z.string(),
      binarize: z.string(),
    }),
  ),
  ended: z.boolean(),
});

const keptRow = z.object({
  trial: count,
  state: z.enum(["running", "waiting", "complete", "stopped", "pruned", "failed"]),
  reason: z.string(),
  settings: z.record(z.string(), z.union([z.number(), z.string()])),
  point: places,
  epochs: count,
  value: nullable,
  rungs: z.array(z.object({ epochs: count, value: nullable })),
  spread: nullable,
  values: z.array(nullable),
  split: z.string(),
  binarize: z.string(),
  seconds: count,
  peakMemory: count,
  parameters: count,
  runs: z.array(z.string().check(z.regex(/^[0-9a-f]{20}$/))),
});

/** A file of the folder as JSON, checked; undefined if it isn't there yet. Throws a UserError that names a damaged one. */
async function readKept<T>(folder: string, name: string, schema: z.ZodMiniType<T>): Promise<T | undefined> {
  const file = await fileInside(folder, name);
  if (file === undefined) return undefined;
  if ((await stat(file)).size > largest) throw new UserError(`${name} is larger than any sweep's`);
  const text = await readFile(file, "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`${name} is damaged: it is no JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `${name} is damaged: ${[issue?.path.join("."), issue?.message].filter(Boolean).join(": ")}`,
  );
}

async function newest(folder: string): Promise<number> {
  const names = [sweepFiles.status, sweepFiles.trials, sweepFiles.plan, sweepFiles.state];
  const times = await Promise.all(names.map((name) => stat(path.join(folder, name)).catch(() => undefined)));
  return Math.round(Math.max(0, ...times.map((time) => time?.mtimeMs ?? 0)));
}

/** The plan with its objects. Throws a UserError if it names what there is not, as of another version. */
function opened(plan: unknown): OpenPlan {
  try {
    return openPlan(plan as SweepPlan);
  } catch (error) {
    throw new UserError(
      `${sweepFiles.plan} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function begun({ budget, concurrency, metric, direction }: OpenPlan): KeptStatus {
  return {
    control: { state: "running", budget, concurrency },
    used: { trials: 0, seconds: 0, epochs: 0 },
    counts: { running: 0, waiting: 0, complete: 0, stopped: 0, pruned: 0, failed: 0 },
    metric,
    direction,
    best: undefined,
    ended: false,
  };
}

/** Reads a sweep's folder. Throws a UserError in words if it is damaged, or of a version that kept no plan beside its state. */
export async function readSweepFolder(folder: string): Promise<SweepReading> {
  const kept = await readKept(folder, sweepFiles.plan, keptPlan);
  if (kept === undefined) {
    throw new UserError(
      "an earlier version of latent has made it, which kept no plan for others to read: `latent sweep resume` writes that",
    );
  }
  const plan = opened(kept);
  const [rows = [], status, alive, updated] = await Promise.all([
    readKept(folder, sweepFiles.trials, z.array(keptRow)),
    readKept(folder, sweepFiles.status, keptStatus),
    isBeingTrained(folder),
    newest(folder),
  ]);
  return {
    plan,
    rows: rows as readonly TrialRow[],
    status: (status as KeptStatus | undefined) ?? begun(plan),
    alive,
    updated,
  };
}
