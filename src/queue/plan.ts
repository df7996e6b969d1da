import { z } from "zod";
import { type Blob, canonical, getBlob, sha256, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import { type BulkPlan, savedOffsets, savedPlan } from "./protocol.js";

/** A run's name: what its plan is. */
export function planName(plan: BulkPlan): string {
  return sha256(canonical(plan)).slice(0, 32);
}

/** What lies in the store of a run. */
export const runKeys = {
  plan: (run: string) => `bulk/${run}/plan.json`,
  offsets: (run: string) => `bulk/${run}/offsets.json`,
  manifest: (run: string) => `bulk/${run}/manifest.json`,
  file: (run: string, hash: string) => `bulk/${run}/files/${hash}.json`,
  shards: (run: string) => `bulk/${run}/shards`,
  shard: (run: string, shard: number) => `bulk/${run}/shards/${String(shard).padStart(8, "0")}.json`,
} as const;

/** The shard that a key is the entry of. */
export function shardOfKey(key: string): number | undefined {
  const [, digits] = /\/shards\/(\d{8})\.json$/.exec(key) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** How many shards a plan has. */
export function shardCount({ rows, step }: Pick<BulkPlan, "rows" | "step">): number {
  return Math.ceil(rows / step);
}

/** The rows of a shard. */
export function shardRows(
  { rows, step }: Pick<BulkPlan, "rows" | "step">,
  shard: number,
): readonly [from: number, to: number] {
  return [shard * step, Math.min(rows, (shard + 1) * step)];
}

/** Keeps a plan, and where its shards begin. Returns the run's name. */
export async function keepPlan(store: Store, plan: BulkPlan, offsets?: readonly number[]): Promise<string> {
  const run = planName(plan);
  if (offsets !== undefined) await store.putIfAbsent(runKeys.offsets(run), canonical(offsets));
  await store.putIfAbsent(runKeys.plan(run), canonical(plan));
  return run;
}

/** Data from the store as what they should be. Throws a UserError for anything else. */
export async function readKept<T>(store: Store, key: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const content = await store.get(key);
  if (content === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(content));
  } catch {
    value = undefined;
  }
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  throw new UserError(
    `${store.place}: ${key} is damaged: ${z.prettifyError(found.error).split("\n")[0] ?? ""}`,
  );
}

/** A run's plan, which must be what the run is named after. */
export async function readPlan(store: Store, run: string): Promise<BulkPlan> {
  const plan = await readKept(store, runKeys.plan(run), savedPlan);
  if (plan === undefined)
    throw new UserError(`${store.place} has no plan of the run ${run}: is it the same store?`);
  if (planName(plan) === run) return plan;
  throw new UserError(`${store.place}: the plan of the run ${run} is another than its name says`);
}

/** Where a run's shards begin in a text file, if that is known. */
export async function readOffsets(store: Store, run: string): Promise<readonly number[] | undefined> {
  return readKept(store, runKeys.offsets(run), savedOffsets);
}

/** A kept content as text. */
export async function textOf(store: Store, blob: Blob): Promise<string> {
  return new TextDecoder().decode(await getBlob(store, blob));
}
