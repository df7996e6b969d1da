import { hostname } from "node:os";
import { blobOf, canonical, putBlob, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import type { WorkerEvent } from "./event.js";
import { readKept, readOffsets, readPlan, runKeys, shardCount, shardRows } from "./plan.js";
import { type BulkPlan, savedShard, savedShardJob, type ShardRecord } from "./protocol.js";
import { openTask, type TaskSurroundings } from "./tasks/open.js";
import type { ShardTask } from "./tasks/task.js";

/** A job that no worker can do, whoever tries: it is set aside. */
export class Garbage extends Error {}

/** Does the jobs of one run. */
export interface JobHandler {
  /** Does a job. Throws `Garbage` for what is none. */
  handle(data: unknown, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const sameOutputs = (a: ShardRecord, b: ShardRecord): boolean =>
  JSON.stringify(canonicalOutputs(a)) === JSON.stringify(canonicalOutputs(b));

const canonicalOutputs = ({ outputs }: ShardRecord): unknown =>
  Object.entries(outputs)
    .map(([name, { sha256 }]) => [name, sha256])
    .sort();

/** Keeps a shard's entry, which goes to the disk together with the `outputs` that it tells of, and gets its name after them. */
async function keep(
  store: Store,
  run: string,
  record: ShardRecord,
  outputs: Promise<unknown>,
  tell: (event: WorkerEvent) => void,
): Promise<void> {
  const key = runKeys.shard(run, record.shard);
  if (await store.putIfAbsent(key, canonical(record), outputs)) return;
  const first = await readKept(store, key, savedShard);
  if (first !== undefined && !sameOutputs(first, record))
    tell({ kind: "differs", run, what: `shard ${record.shard}` });
}

/** Whether a machine can do the shards of a run: the plan is read, model and data are there and the same. Throws a UserError if not. */
export async function openShards(
  run: string,
  surroundings: TaskSurroundings,
  tell: (event: WorkerEvent) => void,
): Promise<JobHandler> {
  const { store } = surroundings;
  const plan: BulkPlan = await readPlan(store, run);
  const offsets = await readOffsets(store, run);
  const task: ShardTask = await openTask(plan, surroundings);
  return {
    async handle(data) {
      const job = savedShardJob.safeParse(data);
      if (!job.success || job.data.run !== run || job.data.shard >= shardCount(plan))
        throw new Garbage("it is no job of this run: its data are not a shard's");
      const { shard } = job.data;
      if (await store.has(runKeys.shard(run, shard))) return;
      const [from, to] = shardRows(plan, shard);
      const began = performance.now();
      const offset = offsets?.[shard];
      const outputs = await task.run({ from, to, ...(offset !== undefined && { offset }) });
      const kept = Object.entries(outputs).map(
        ([name, content]) => [name, blobOf(content), content] as const,
      );
      const seconds = Number(((performance.now() - began) / 1000).toFixed(3));
      const worker = `${hostname()}:${process.pid}`;
      const blobs = Object.fromEntries(kept.map(([name, blob]) => [name, blob]));
      const stored = Promise.all(kept.map(([, blob, content]) => putBlob(store, content, blob)));
      stored.catch(() => undefined); // `keep` throws it, but may fail before
      await keep(store, run, { shard, from, to, outputs: blobs, worker, seconds }, stored, tell);
      const bytes = kept.reduce((sum, [, blob]) => sum + blob.bytes, 0);
      tell({ kind: "done", run, what: `shard ${shard}`, rows: to - from, seconds, bytes });
    },
    close: () => task.close(),
  };
}

/** What is to be said of an error, without secrets or stacks. */
export function reasonOf(error: unknown): string {
  const text =
    error instanceof UserError
      ? error.message
      : error instanceof Error
        ? `${error.name}: ${error.message}`
        : String(error);
  return text.slice(0, 500);
}
