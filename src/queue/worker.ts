import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Worker } from "bullmq";
import { packageVersion } from "../report/index.js";
import type { WorkerEvent } from "./event.js";
import { type Announcement, protocolVersion } from "./protocol.js";
import { briefly, type OpenRedis, prefix, redisTrouble, unlessAborted } from "./redis.js";
import { announced, queueName } from "./registry.js";
import { Garbage, type JobHandler, openShards, reasonOf } from "./shard-handler.js";
import type { TaskSurroundings } from "./tasks/open.js";

/** How a worker works. */
export interface WorkerSettings extends TaskSurroundings {
  readonly redis: OpenRedis;
  /** Asks the worker to finish its job and end. */
  readonly signal: AbortSignal;
  /** Seconds after which a job of a worker that is gone is given to another; default 30. */
  readonly lease?: number;
  /** How often a job may be lost with its worker before it is set aside; default 10. */
  readonly losses?: number;
  /** End once nothing has been announced for so many seconds; default: never. */
  readonly idle?: number;
  /** The version that runs must be of; default this one. */
  readonly version?: string;
  /** Opens the jobs of a kind of run that is not bulk work. */
  readonly openSweep?: (run: string, tell: (event: WorkerEvent) => void) => Promise<JobHandler>;
  readonly onEvent: (event: WorkerEvent) => void;
}

/** Milliseconds between looks at what is announced. */
const lookEvery = 500;
/** After so many milliseconds a run is tried again that could not be opened. */
const again = 15_000;

type State = { readonly handler: JobHandler } | { readonly declined: string; readonly until: number };

/** Why a run can't be worked on by this version, before anything of it is read. */
function mismatch({ protocol, latent }: Announcement, version: string): string | undefined {
  if (protocol !== protocolVersion)
    return `it is of protocol ${protocol}, and this worker speaks ${protocolVersion}: run the same latent on all machines`;
  if (latent !== version)
    return `it is of latent ${latent}, and this worker is ${version}: run the same latent on all machines`;
  return undefined;
}

/** Takes jobs of the runs that are announced, one at a time, until `signal` says to end. */
export class WorkerLoop {
  private readonly states = new Map<string, State>();
  private readonly told = new Set<string>();
  private current: { readonly run: string; readonly worker: Worker } | undefined;
  private drained = 0;
  private busy = false;

  constructor(private readonly settings: WorkerSettings) {}

  async run(): Promise<void> {
    const { signal, redis, idle, onEvent } = this.settings;
    onEvent({ kind: "ready", place: redis.place });
    let last = performance.now();
    try {
      while (!signal.aborted) {
        await unlessAborted(this.look(), signal).catch((error: unknown) => {
          if (!signal.aborted) this.trouble(error);
        });
        if (signal.aborted) break;
        if (this.current !== undefined) last = performance.now();
        else if (idle !== undefined && performance.now() - last > idle * 1000) break;
        await sleep(this.current === undefined ? lookEvery / 2 : lookEvery, undefined, { signal }).catch(
          () => undefined,
        );
      }
    } finally {
      await this.leave();
      for (const state of this.states.values()) if ("handler" in state) await state.handler.close();
    }
  }

  /** Looks what is announced, and takes up a run that has work. */
  private async look(): Promise<void> {
    const { runs, garbage } = await announced(this.settings.redis);
    if (garbage > 0)
      this.once(`garbage ${garbage}`, { kind: "garbage", count: garbage, where: "announcements" });
    await this.leaveOver(runs);
    await this.choose(runs);
  }

  private once(key: string, event: WorkerEvent): void {
    if (this.told.has(key)) return;
    this.told.add(key);
    this.settings.onEvent(event);
  }

  /** Redis may refuse for a while, as when it loads what it kept or another takes its place: told, and tried again. */
  private trouble(error: unknown): void {
    const reason = redisTrouble(this.settings.redis, error);
    this.once(reason, { kind: "trouble", reason });
  }

  /** Lets go of runs that are no longer announced, and of one whose queue has given up waiting for Redis. */
  private async leaveOver(runs: readonly Announcement[]): Promise<void> {
    const there = new Set(runs.map(({ run }) => run));
    if (this.current?.worker.isRunning() === false && !this.busy) await this.leave();
    if (this.current !== undefined && !there.has(this.current.run) && !this.busy) await this.leave();
    for (const [run, state] of this.states) {
      if (there.has(run) || run === this.current?.run) continue;
      this.states.delete(run);
      if ("handler" in state) await state.handler.close();
    }
  }

  /** Takes up the oldest run that has work, unless the one at hand has. */
  private async choose(runs: readonly Announcement[]): Promise<void> {
    if (this.busy || (this.current !== undefined && performance.now() - this.drained < 2 * lookEvery)) return;
    for (const announcement of runs) {
      const { run } = announcement;
      if (run === this.current?.run) continue;
      if (this.declines(announcement)) continue;
      if (!(await this.hasWork(run))) continue;
      const handler = await this.open(announcement);
      if (handler === undefined || this.settings.signal.aborted) continue;
      await this.leave();
      if (!this.settings.signal.aborted) this.take(run, handler);
      return;
    }
  }

  private declines(announcement: Announcement): boolean {
    const { run } = announcement;
    const state = this.states.get(run);
    if (state !== undefined && "declined" in state) return performance.now() < state.until;
    const { version = packageVersion() } = this.settings;
    const reason = mismatch(announcement, version);
    if (reason === undefined) return false;
    this.states.set(run, { declined: reason, until: Infinity });
    this.settings.onEvent({ kind: "declined", run, reason });
    return true;
  }

  private async hasWork(run: string): Promise<boolean> {
    const { client } = this.settings.redis;
    const key = (name: string): string => `${prefix}:${queueName(run)}:${name}`;
    const [waiting, delayed, active] = await Promise.all([
      client.llen(key("wait")),
      client.zcard(key("delayed")),
      client.llen(key("active")),
    ]);
    return waiting + delayed + active > 0;
  }

  /** What does a run's jobs. Versions, model and data are checked here, before a job is taken. */
  private async open({ run, kind }: Announcement): Promise<JobHandler | undefined> {
    const state = this.states.get(run);
    if (state !== undefined && "handler" in state) return state.handler;
    const { onEvent, openSweep } = this.settings;
    try {
      if (kind === "sweep" && openSweep === undefined) throw new Error("this worker does no sweeps");
      const handler =
        kind === "sweep" && openSweep !== undefined
          ? await openSweep(run, onEvent)
          : await openShards(run, this.settings, onEvent);
      this.states.set(run, { handler });
      onEvent({ kind: "joined", run, what: kind });
      return handler;
    } catch (error) {
      const reason = reasonOf(error);
      this.states.set(run, { declined: reason, until: performance.now() + again });
      this.once(`${run} ${reason}`, { kind: "declined", run, reason });
      return undefined;
    }
  }

  private take(run: string, handler: JobHandler): void {
    const { redis, lease = 30, losses = 10, onEvent, signal } = this.settings;
    this.drained = performance.now();
    const worker = new redis.bull.Worker(queueName(run), (job: Job) => this.process(run, handler, job), {
      connection: redis.connection,
      prefix,
      name: `${prefix}-${process.pid}-${randomBytes(3).toString("hex")}`,
      concurrency: 1,
      lockDuration: lease * 1000,
      stalledInterval: lease * 1000,
      maxStalledCount: losses,
      drainDelay: 1,
      runRetryDelay: 1000,
    });
    worker.on("error", (error) => {
      if (!signal.aborted) this.trouble(error);
      else onEvent({ kind: "trouble", reason: redisTrouble(redis, error) });
    });
    this.current = { run, worker };
  }

  private async process(run: string, handler: JobHandler, job: Job): Promise<void> {
    this.busy = true;
    try {
      await handler.handle(job.data as unknown, this.settings.signal);
    } catch (error) {
      if (error instanceof Garbage) {
        this.settings.onEvent({ kind: "garbage", count: 1, where: run });
        throw new this.settings.redis.bull.UnrecoverableError(error.message);
      }
      const reason = reasonOf(error);
      this.settings.onEvent({ kind: "failed", run, what: `job ${String(job.id).slice(0, 60)}`, reason });
      throw new Error(reason);
    } finally {
      this.busy = false;
      this.drained = performance.now();
    }
  }

  /** Finishes the job at hand and takes no other of its run. */
  private async leave(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    if (current === undefined) return;
    const { worker } = current;
    const closed = worker.close();
    while (this.busy) await sleep(20);
    await briefly(() => closed, 5000);
    await briefly(() => worker.disconnect(), 500);
  }
}
