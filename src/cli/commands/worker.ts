import { buildCommand } from "@stricli/core";
import { nodePlatform } from "../../node.js";
import { openRedis, openSweepJobs, serveMetrics, type WorkerEvent, WorkerLoop } from "../../queue/index.js";
import { openStore } from "../../store/index.js";
import { UserError } from "../../tensor/index.js";
import { type Cli, note, print } from "../context.js";
import { defined } from "../defined.js";
import { fields, text, whole } from "../fields.js";
import { commonFlags, type CommonFlags, flag } from "../flags.js";
import { interruptible } from "../interrupt.js";
import { trainPlain } from "../sweep/trainer.js";
import { countText } from "../views/format.js";

interface WorkerFlags extends CommonFlags {
  readonly redis?: string;
  readonly store?: string;
  readonly root?: readonly string[];
  readonly metrics?: number;
  readonly lease?: number;
  readonly losses?: number;
  readonly idle?: number;
  readonly memory?: number;
}

/** What is said of an event. */
function eventText(event: WorkerEvent): string {
  switch (event.kind) {
    case "ready":
      return `ready for work from ${event.place}`;
    case "declined":
      return `not taking the run ${event.run}: ${event.reason}`;
    case "garbage":
      return `${event.count} of no sense in ${event.where}; set aside`;
    case "joined":
      return `working on the run ${event.run}`;
    case "done":
      return `${event.what}${event.rows > 0 ? `: ${countText(event.rows)} rows` : ""} in ${event.seconds.toPrecision(3)} s`;
    case "failed":
      return `${event.what} failed: ${event.reason}`;
    case "differs":
      return `${event.what} of the run ${event.run} came out otherwise than another worker's; that one's is kept: are the machines alike?`;
    case "trouble":
      return `Redis: ${event.reason}`;
  }
}

async function worker(this: Cli, flags: WorkerFlags): Promise<void> {
  const { root = ["."], metrics: port, lease, losses, idle, memory } = flags;
  if (flags.redis === undefined || flags.store === undefined)
    throw new UserError("a worker needs --redis URL and --store DIR or s3://bucket/prefix", 2);
  const store = await openStore(flags.store);
  const redis = await openRedis(flags.redis);
  const metrics = port === undefined ? undefined : await serveMetrics(port);
  if (metrics !== undefined) note(`metrics at http://127.0.0.1:${metrics.port}/metrics`);
  const interrupt = interruptible(() => note("stopping after the job at hand"));
  try {
    const around = { redis, store, roots: root, platform: nodePlatform, trainer: trainPlain };
    const loop = new WorkerLoop({
      ...around,
      openSweep: (run, tell) =>
        openSweepJobs(run, { ...around, ...(lease !== undefined && { lease: lease * 1000 }) }, tell),
      signal: interrupt.signal,
      ...defined({ lease, losses, idle, memory }),
      onEvent: (event) => {
        metrics?.count(event);
        note(eventText(event));
      },
    });
    await loop.run();
    print("stopped");
    process.exitCode = 0;
  } finally {
    interrupt.release();
    await metrics?.close();
    await redis.close();
  }
}

export const workerCommand = buildCommand<WorkerFlags, [], Cli>({
  func: worker,
  parameters: {
    flags: {
      redis: flag(
        "redis",
        text("URL", "Where work is announced: redis://, rediss:// or env:NAME of a variable"),
      ),
      store: flag("store", text("PLACE", "What all machines share: a folder, or s3://bucket/prefix")),
      root: {
        ...flag(
          "root",
          text("DIR", "Folder below which data are looked up; may be given several times [default = .]"),
        ),
        variadic: true,
      },
      metrics: flag(
        "metrics",
        whole(0, 65_535, "PORT", "Serve metrics for Prometheus on this port of 127.0.0.1"),
      ),
      lease: flag(
        "lease",
        whole(
          1,
          3600,
          "SECONDS",
          "After which a job of a worker that is gone is given to another [default = 30]",
        ),
      ),
      losses: flag(
        "losses",
        whole(
          1,
          1_000_000,
          "N",
          "How often a job may be lost with its worker before it is set aside [default = 10]",
        ),
      ),
      idle: flag(
        "idle",
        whole(1, 1_000_000, "SECONDS", "End when there was no work for so long [default = never]"),
      ),
      memory: flag("memory", fields.memory),
      ...commonFlags,
    },
  },
  docs: {
    brief: "Work for other machines: bulk encode, score, impute and generate, and trials of sweeps",
    customUsage: ["--redis redis://HOST:6379 --store /shared/store --root /shared/data"],
    fullDescription:
      "Takes jobs from a queue in Redis (BullMQ) until it is stopped; SIGTERM finishes the job at hand. Jobs carry names and\n" +
      "numbers only: models come out of the store, data are looked up below --root, both checked by SHA-256. A run of another\n" +
      "version of latent, or about other data, is declined with a message. docs/workers.md tells more.",
  },
});
