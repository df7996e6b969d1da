import path from "node:path";
import { isPattern, tableOf } from "../data/index.js";
import type { SplitName } from "../evaluate/index.js";
import { commandPlatform } from "../node.js";
import {
  type BulkPlan,
  type BulkProgress,
  type BulkRequest,
  type BulkTask,
  Coordinator,
  estimate,
  type FetchedData,
  fetchToCache,
  openRedis,
  Outputs,
  planBulk,
  type SavedReading,
  shardRows,
} from "../queue/index.js";
import { bytesFor } from "../runs/index.js";
import { blobOf, openStore, type Store } from "../store/index.js";
import { UserError } from "../tensor/index.js";
import type { BulkFlags } from "./bulk-flags.js";
import { note } from "./context.js";
import { picturesFor, recordedBinarization, recordedData, recordedLayout } from "./data.js";
import { defined } from "./defined.js";
import { idLines } from "./ids.js";
import { interruptible } from "./interrupt.js";
import type { OpenedRun } from "./model.js";
import { countText } from "./views/format.js";

/** How arrays and pictures become a run's examples, in plain data. */
export function readingOf({ config, model }: OpenedRun): SavedReading {
  const pictures = picturesFor(config, model.schema);
  return defined({
    layout: recordedLayout(config),
    bytes: bytesFor(model.schema),
    pictures: pictures && defined({ ...pictures }),
  });
}

/** Where the data of a command are: as told, else those of the run; as a name in the store where it begins with `store:`. */
type FoundData = Pick<FetchedData, "source"> & Partial<FetchedData>;

/** The folder that workers look data up below, unless told otherwise. */
async function usualRoot(source: string | undefined): Promise<string> {
  if (source === undefined || source === "mnist") return ".";
  const folder = path.dirname(path.resolve(source));
  return (await isPattern(source)) ? path.dirname(folder) : folder;
}

/** Which data a command is about. */
export function dataOf(data: string | undefined, folder: string, { config }: OpenedRun): string {
  const source = data ?? recordedData(config, folder);
  return source.toLowerCase() === "mnist" ? "mnist" : source;
}

/** What examples of a command workers are told of. */
export interface BulkExamples {
  readonly task: Pick<Extract<BulkTask, { op: "encode" }>, "split" | "held" | "ids" | "binarize" | "reading">;
  readonly ids?: NonNullable<BulkRequest["ids"]>;
}

/**
 * The examples that a command is about, for workers. Throws a UserError for parts of a table, of which they read all rows, and for
 * a file of ids that can't be read.
 */
export async function bulkExamples(
  { split = "test", ids: file }: { readonly split?: SplitName; readonly ids?: string },
  run: OpenedRun,
  data: string | undefined,
): Promise<BulkExamples> {
  if (tableOf(run.model.schema) !== undefined && (data === undefined || split !== "test"))
    throw new UserError(
      data === undefined
        ? "workers read all rows of a table, not those alone that the run held out: name the table, or leave out --redis"
        : `--split ${split}: workers read all rows of a table; leave it out, or leave out --redis`,
      2,
    );
  const { validation, seed = 0 } = run.config ?? {};
  const held =
    split === "test" || validation === undefined || validation === 0
      ? undefined
      : { validation, seed: Number(seed) };
  const lines = file === undefined ? undefined : new TextEncoder().encode((await idLines(file)).join("\n"));
  return {
    task: {
      binarize: recordedBinarization(run),
      split,
      reading: readingOf(run),
      ...(held !== undefined && { held }),
      ...(lines !== undefined && { ids: blobOf(lines) }),
    },
    ...(lines !== undefined && file !== undefined && { ids: { file, lines } }),
  };
}

async function foundData(source: string, store: Store | undefined): Promise<FoundData> {
  if (!source.startsWith("store:")) return { source };
  const key = source.slice("store:".length);
  if (store === undefined) throw new UserError(`${source} is in a store: give it with --store`, 2);
  return fetchToCache(store, key);
}

function secondsText(seconds: number): string {
  if (seconds < 100) return `${seconds.toPrecision(2)} s`;
  const minutes = seconds / 60;
  return minutes < 100 ? `${minutes.toFixed(1)} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** Says how far a run is: on a terminal in one line that changes, else now and then. */
function teller(): (progress: BulkProgress, last?: boolean) => void {
  const live = Boolean(process.stderr.isTTY);
  let told = -Infinity;
  return ({ shards, done, rows, rowsDone, rowsBefore, workers, seconds, poisoned }, last = false) => {
    const now = performance.now();
    if (!last && now - told < (live ? 200 : 5000)) return;
    told = now;
    const speed = (rowsDone - rowsBefore) / Math.max(seconds, 0.001);
    const left = speed > 0 && rowsDone < rows ? `, ${secondsText((rows - rowsDone) / speed)} left` : "";
    const line =
      `${done} of ${shards} shards, ${countText(rowsDone)} of ${countText(rows)} rows` +
      (poisoned > 0 ? `, ${poisoned} set aside` : "") +
      `; ${workers} worker${workers === 1 ? "" : "s"}, ${countText(Math.round(speed))} rows a second${left}`;
    process.stderr.write(live ? `\r\u001b[2K${line}${last ? "\n" : ""}` : `${line}\n`);
  };
}

async function tellEstimate(request: BulkRequest): Promise<void> {
  const found = await estimate(request, commandPlatform);
  const { rows, shards, step, seconds, secondsPerRow, bytes } = found;
  note(
    `${countText(rows)} rows in ${countText(shards)} shards of ${countText(step)}; a row takes ` +
      `${(secondsPerRow * 1e6).toPrecision(3)} microseconds on this machine, with all its cores`,
  );
  for (const workers of [1, 2, 4, 8, 16])
    if (workers === 1 || workers <= shards)
      note(
        `  ${String(workers).padStart(2)} such machine${workers === 1 ? " " : "s"}  ${secondsText(seconds / workers)}`,
      );
  note(`  about ${(bytes / 2 ** 20).toPrecision(3)} MiB go to the store; nothing was written`);
}

function poisonText(
  plan: BulkPlan,
  poisoned: readonly { shard: number; reason: string }[],
  shards: number,
): string {
  const some = poisoned.slice(0, 5).map(({ shard, reason }) => {
    const [from, to] = shardRows(plan, shard);
    return `\n  shard ${shard}, rows ${from} to ${to - 1}: ${reason}`;
  });
  const more = poisoned.length > 5 ? `\n  and ${poisoned.length - 5} more` : "";
  return (
    `${poisoned.length} of ${shards} shards failed at every try and were set aside; the others are kept. Put right what is ` +
    `wrong, and run the same command again, which does only what is missing:${some.join("")}${more}`
  );
}

/** A run that is done: its plan and what came of its shards. */
export interface BulkDone {
  readonly plan: BulkPlan;
  readonly outputs: Outputs;
}

/** Tells the SHA-256 of files that were put together of a run's shards, and keeps it in the store beside the run's manifest. */
export async function tellFiles({ outputs }: BulkDone, files: readonly string[]): Promise<void> {
  for (const file of files) note(`sha256 ${await outputs.keepFile(file)}  ${file}`);
}

/**
 * Has work done by workers, or only says how long it would take. Returns undefined where nothing is to be written. Throws a
 * UserError that lists the shards which could not be done.
 */
export async function bulk(
  flags: BulkFlags & { readonly memory?: number; readonly config?: string },
  request: Omit<BulkRequest, "source"> & { readonly data?: string },
): Promise<BulkDone | undefined> {
  if (flags.config !== undefined)
    throw new UserError("--config holds code of your own, which jobs don't carry: leave out --redis", 2);
  const store = flags.store === undefined ? undefined : await openStore(flags.store);
  const { source, stored } =
    request.data === undefined ? { source: undefined } : await foundData(request.data, store);
  const asked: BulkRequest = {
    ...request,
    source,
    ...defined({ memory: flags.memory, shardRows: flags.shardRows }),
  };
  if (flags.dryRun === true) {
    await tellEstimate(asked);
    return undefined;
  }
  if (store === undefined || flags.redis === undefined)
    throw new UserError(
      "--redis needs --store too: a folder that all workers share, or s3://bucket/prefix",
      2,
    );
  const redis = await openRedis(flags.redis);
  const interrupt = interruptible(() =>
    note("stopping; what is done is kept, the same command goes on with it"),
  );
  try {
    const root = flags.root ?? (await usualRoot(source));
    const { run, plan } = await planBulk(store, asked, commandPlatform, { root, ...(stored && { stored }) });
    note(`run ${run}: ${countText(plan.rows)} rows in shards of ${countText(plan.step)}`);
    const tell = teller();
    let last: BulkProgress | undefined;
    const coordinator = new Coordinator(redis, store, plan, run, {
      signal: interrupt.signal,
      ...defined({ attempts: flags.attempts }),
      onProgress: (progress) => {
        last = progress;
        tell(progress);
      },
      onTrouble: (reason) => note(`${reason}; waiting for it`),
    });
    const { poisoned, garbage } = await coordinator.lead();
    if (last !== undefined) tell(last, true);
    if (garbage > 0)
      note(
        `${garbage} job${garbage === 1 ? " is" : "s are"} in the queue that latent did not put there; set aside`,
      );
    if (poisoned.length > 0) throw new UserError(poisonText(plan, poisoned, last?.shards ?? 0));
    const outputs = new Outputs(store, run, plan);
    await outputs.keepManifest();
    return { plan, outputs };
  } catch (error) {
    const code = interrupt.code();
    if (code === undefined) throw error;
    process.exitCode = code;
    return undefined;
  } finally {
    interrupt.release();
    await redis.close();
  }
}
