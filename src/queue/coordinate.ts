import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import { packageVersion } from "../report/index.js";
import type { Store } from "../store/index.js";
import { runKeys, shardCount, shardOfKey, shardRows } from "./plan.js";
import { type Announcement, type BulkPlan, protocolVersion, savedShardJob } from "./protocol.js";
import { briefly, closeAll, type OpenRedis, prefix, redisNow, leadTrouble, unlessAborted } from "./redis.js";
import { announce, emptied, queueName, withdraw } from "./registry.js";

/** How far a run is. */
export interface BulkProgress {
  readonly shards: number;
  readonly done: number;
  readonly poisoned: number;
  readonly rows: number;
  readonly rowsDone: number;
  /** Rows that were done before, by an earlier call. */
  readonly rowsBefore: number;
  readonly workers: number;
  readonly seconds: number;
}

/** How a run is led. */
export interface CoordinateOptions {
  /** How often a shard is tried before it is set aside; default 5. */
  readonly attempts?: number;
  /** Milliseconds before the second try, doubled before each other; default 1,000. */
  readonly backoff?: number;
  /** Jobs that are in the queue at a time, so that Redis holds few however many shards there are; default 256, or two a worker. */
  readonly window?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BulkProgress) => void;
  readonly onTrouble?: (reason: string) => void;
}

/** What a run came to. */
export interface BulkResult {
  /** Shards that failed at every try, and why. */
  readonly poisoned: readonly { readonly shard: number; readonly reason: string }[];
  /** Jobs in the queue that were none of ours. */
  readonly garbage: number;
}

const jobName = "shard";
/** Milliseconds between looks at what the store has, where events may have been lost. */
const reconcileEvery = 3000;
/** A list of the store that took long is made again only after so many times as long. */
const restAfterList = 10;
/** Looks at single entries of the store that are under way at a time. */
const looksAtATime = 32;
const tick = 250;
/** Milliseconds between two counts of the workers; while there are none, they are counted at every step. */
const countEvery = 1000;

/**
 * Leads a run: keeps some jobs in the queue until every shard is in the store or has failed for good. What is done is read from
 * the store alone; Redis may forget everything at any time.
 */
export class Coordinator {
  private readonly done = new Set<number>();
  private readonly poisoned = new Map<number, string>();
  private readonly garbage = new Set<string>();
  /** Jobs that wait for another try, and since when. */
  private readonly delayed = new Map<string, number>();
  private readonly finished = new Set<number>();
  private readonly queue: Queue;
  private woken = true;
  private next = 0;
  private began = 0;
  private before = 0;
  private workers = 0;
  private counted = -Infinity;
  private reconciled = -Infinity;
  private announced = -Infinity;
  private listTook = 0;
  private doneRows = 0;
  private told = "";

  constructor(
    private readonly redis: OpenRedis,
    private readonly store: Store,
    private readonly plan: BulkPlan,
    private readonly run: string,
    private readonly options: CoordinateOptions = {},
  ) {
    this.queue = new redis.bull.Queue(queueName(run), { connection: redis.connection, prefix });
    this.queue.on("error", (error) => this.trouble(error));
  }

  /** Leads the run to its end. Rejects with the signal's reason when that is aborted; what is done stays done. */
  async lead(): Promise<BulkResult> {
    const { bull } = this.redis;
    const events = new bull.QueueEvents(queueName(this.run), { connection: this.redis.connection, prefix });
    events.on("error", (error) => this.trouble(error));
    events.on("completed", ({ jobId }) => this.heard(jobId));
    events.on("failed", () => this.wake());
    this.began = performance.now();
    try {
      await this.readStore();
      this.before = this.doneRows;
      const { signal } = this.options;
      await unlessAborted(this.forgetFailures(), signal);
      while (this.done.size + this.poisoned.size < shardCount(this.plan)) {
        signal?.throwIfAborted();
        const step = this.step().catch((error: unknown) => this.trouble(error));
        await unlessAborted(step, signal);
        this.options.onProgress?.(this.progress());
        if (!this.woken) await sleep(tick);
        this.woken = false;
      }
      this.options.onProgress?.(this.progress());
      return this.result();
    } finally {
      await briefly(async () => {
        await withdraw(this.redis, this.run);
        await this.clear();
      }, 5000);
      await closeAll([events, this.queue]);
    }
  }

  private trouble(error: unknown): void {
    this.reconciled = -Infinity; // Redis may have forgotten all
    const text = leadTrouble(this.redis, error);
    if (text === this.told) return;
    this.told = text;
    this.options.onTrouble?.(text);
  }

  private wake(): void {
    this.woken = true;
  }

  private heard(jobId: string): void {
    const [, shard] = /^shard-(\d+)$/.exec(jobId) ?? [];
    if (shard !== undefined) this.finished.add(Number(shard));
    this.wake();
  }

  private mark(shard: number): void {
    if (this.done.has(shard)) return;
    this.done.add(shard);
    const [from, to] = shardRows(this.plan, shard);
    this.doneRows += to - from;
  }

  private progress(): BulkProgress {
    return {
      shards: shardCount(this.plan),
      done: this.done.size,
      poisoned: this.poisoned.size,
      rows: this.plan.rows,
      rowsDone: this.doneRows,
      rowsBefore: this.before,
      workers: this.workers,
      seconds: (performance.now() - this.began) / 1000,
    };
  }

  private result(): BulkResult {
    const poisoned = [...this.poisoned].sort(([a], [b]) => a - b);
    return { poisoned: poisoned.map(([shard, reason]) => ({ shard, reason })), garbage: this.garbage.size };
  }

  private async readStore(): Promise<void> {
    const began = performance.now();
    for (const key of await this.store.list(runKeys.shards(this.run))) {
      const shard = shardOfKey(key);
      if (shard !== undefined && shard < shardCount(this.plan)) this.mark(shard);
    }
    this.listTook = performance.now() - began;
  }

  /** Shards that failed for good before are tried again: what was wrong may have been put right. */
  private async forgetFailures(): Promise<void> {
    for (const job of await this.queue.getFailed(0, -1))
      if (this.shardOf(job) !== undefined) await job.remove();
  }

  /** The shard that a job is of; undefined for a job that is none of ours. */
  private shardOf(job: Job | undefined): number | undefined {
    const found = savedShardJob.safeParse(job?.data);
    if (!found.success || job?.name !== jobName || found.data.run !== this.run) return undefined;
    return found.data.shard < shardCount(this.plan) ? found.data.shard : undefined;
  }

  private async step(): Promise<void> {
    const rest = Math.max(reconcileEvery, restAfterList * this.listTook);
    const late = performance.now() - this.reconciled > rest;
    if (performance.now() - this.announced > reconcileEvery) await this.announce();
    await this.readFinished();
    await this.countWorkers();
    await this.readFailures();
    if (late) await this.reconcile();
    else await this.fill();
    this.told = "";
  }

  /** Looks whether what workers have told of is in the store. */
  private async readFinished(): Promise<void> {
    const heard = [...this.finished];
    for (let at = 0; at < heard.length; at += looksAtATime) {
      const some = heard.slice(at, at + looksAtATime);
      for (const shard of some) this.finished.delete(shard);
      const there = await Promise.all(some.map((shard) => this.store.has(runKeys.shard(this.run, shard))));
      some.forEach((shard, i) => {
        if (there[i] === true) this.mark(shard);
      });
    }
  }

  private async announce(): Promise<void> {
    const announcement: Announcement = {
      kind: "bulk",
      protocol: protocolVersion,
      latent: packageVersion(),
      run: this.run,
      since: await redisNow(this.redis),
    };
    await announce(this.redis, announcement);
    this.announced = performance.now();
  }

  /** Workers come because a run was announced, and go when they like. */
  private async countWorkers(): Promise<void> {
    if (this.workers > 0 && performance.now() - this.counted < countEvery) return;
    this.workers = await this.queue.getWorkersCount();
    this.counted = performance.now();
  }

  private async readFailures(): Promise<void> {
    for (const job of await this.queue.getFailed(0, -1)) {
      const shard = this.shardOf(job);
      if (shard === undefined) this.garbage.add(String(job.id));
      else if (!this.done.has(shard)) this.poisoned.set(shard, job.failedReason || "it failed");
    }
  }

  /** Adds what is neither done nor in the queue, as if nothing had been added before. */
  private async reconcile(): Promise<void> {
    await this.readStore();
    const there = await this.queue.getJobs(["wait", "active", "delayed", "prioritized"]);
    const known = new Set<number>();
    for (const job of there) {
      const shard = this.shardOf(job);
      if (shard !== undefined) known.add(shard);
    }
    await this.promoteLate();
    let room = this.window - known.size;
    const wanted: number[] = [];
    for (let shard = 0; shard < this.next && room > 0; shard++) {
      if (this.done.has(shard) || this.poisoned.has(shard) || known.has(shard)) continue;
      wanted.push(shard);
      room--;
    }
    await this.add(wanted);
    await this.fill();
    this.reconciled = performance.now();
  }

  /** A worker whose clock is ahead puts off a second try for too long: what has waited for longer than it should is done now. */
  private async promoteLate(): Promise<void> {
    const { attempts = 5, backoff = 1000 } = this.options;
    const longest = backoff * 2 ** attempts + 5000;
    const waiting = await this.queue.getDelayed(0, -1);
    const ids = new Set(waiting.map(({ id }) => String(id)));
    for (const id of this.delayed.keys()) if (!ids.has(id)) this.delayed.delete(id);
    for (const job of waiting) {
      const id = String(job.id);
      const since = this.delayed.get(id) ?? performance.now();
      this.delayed.set(id, since);
      if (performance.now() - since > longest && this.shardOf(job) !== undefined) await job.promote();
    }
  }

  /** Jobs that the queue may hold: as many as keep all workers busy until it is filled again. */
  private get window(): number {
    return this.options.window ?? Math.max(256, 2 * this.workers);
  }

  /** Adds further shards while there is room in the queue. */
  private async fill(): Promise<void> {
    const counts = await this.queue.getJobCounts("wait", "active", "delayed", "prioritized");
    let room = this.window - Object.values(counts).reduce((sum, count) => sum + count, 0);
    const wanted: number[] = [];
    while (room > 0 && this.next < shardCount(this.plan)) {
      const shard = this.next++;
      if (this.done.has(shard) || this.poisoned.has(shard)) continue;
      wanted.push(shard);
      room--;
    }
    await this.add(wanted);
  }

  private async add(shards: readonly number[]): Promise<void> {
    if (shards.length === 0) return;
    const { attempts = 5, backoff: delay = 1000 } = this.options;
    const { run } = this;
    try {
      await this.queue.addBulk(
        shards.map((shard) => ({
          name: jobName,
          data: { protocol: protocolVersion, run, shard },
          opts: {
            jobId: `shard-${shard}`,
            attempts,
            backoff: { type: "exponential", delay, jitter: 0.3 },
            removeOnComplete: true,
            removeOnFail: false,
          },
        })),
      );
    } catch (error) {
      this.reconciled = -Infinity;
      throw error;
    }
  }

  /** Takes our jobs out of the queue. What others put there stays, set aside. */
  private async clear(): Promise<void> {
    const types = ["wait", "delayed", "failed", "prioritized"] as const;
    for (const job of await this.queue.getJobs([...types]))
      if (this.shardOf(job) !== undefined) await job.remove();
    if (this.garbage.size === 0) await emptied(this.queue);
  }
}
