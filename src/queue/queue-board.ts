import type { Hono } from "hono";
import { optionalPackage } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { openRedis, prefix } from "./redis.js";
import { announced, queueName } from "./registry.js";

/** What is used of bull-board, which need not be installed. */
interface BoardPackages {
  readonly api: {
    createBullBoard(options: {
      readonly queues: readonly unknown[];
      readonly serverAdapter: unknown;
      readonly options?: { readonly uiConfig?: { readonly boardTitle?: string } };
    }): { setQueues(queues: readonly unknown[]): void };
  };
  readonly bullmq: {
    readonly BullMQAdapter: new (queue: unknown, options: { readonly readOnlyMode: boolean }) => unknown;
  };
  readonly hono: {
    readonly HonoAdapter: new (
      serveStatic: unknown,
    ) => { setBasePath(path: string): unknown; registerPlugin(): Hono };
  };
  readonly node: { readonly serveStatic: unknown };
}

async function boardPackages(): Promise<BoardPackages> {
  try {
    const [api, bullmq, hono, node] = await Promise.all([
      optionalPackage<BoardPackages["api"]>("@bull-board/api"),
      optionalPackage<BoardPackages["bullmq"]>("@bull-board/api/bullMQAdapter"),
      optionalPackage<BoardPackages["hono"]>("@bull-board/hono"),
      optionalPackage<BoardPackages["node"]>("@hono/node-server/serve-static"),
    ]);
    return { api, bullmq, hono, node };
  } catch (cause) {
    throw new UserError(
      "the view of queues needs bull-board: npm install @bull-board/api @bull-board/hono",
      2,
      { cause },
    );
  }
}

/** A view of the queues, to be mounted in a server of hono. */
export interface QueueBoard {
  /** Mount it where it was told to be: `server.route(path, app)`. */
  readonly app: Hono;
  /** Looks again at which runs there are. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

/**
 * bull-board as a part of a hono server: the queues of all runs that are announced at a Redis, to look at, not to change.
 *
 * @param address `redis://...`, `rediss://...` or `env:NAME`
 * @param path where it is mounted, such as `/queues`
 * @throws UserError if bull-board is not installed or Redis can't be reached
 */
export async function queueBoard(address: string, path: string): Promise<QueueBoard> {
  const { api, bullmq, hono, node } = await boardPackages();
  const redis = await openRedis(address);
  const adapter = new hono.HonoAdapter(node.serveStatic);
  adapter.setBasePath(path);
  const board = api.createBullBoard({
    queues: [],
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: "latent" } },
  });
  const app = adapter.registerPlugin();
  const open = new Map<string, { close(): Promise<void> }>();
  const refresh = async (): Promise<void> => {
    const { runs } = await announced(redis);
    for (const { run } of runs) {
      if (open.has(run)) continue;
      const queue = new redis.bull.Queue(queueName(run), { connection: redis.connection, prefix });
      queue.on("error", () => undefined);
      open.set(run, queue);
    }
    board.setQueues(
      [...open.values()].map((queue) => new bullmq.BullMQAdapter(queue, { readOnlyMode: true })),
    );
  };
  await refresh();
  return {
    app,
    refresh,
    close: async () => {
      // A queue that has lost its Redis would wait for it.
      const closed = Promise.allSettled([...open.values()].map((queue) => queue.close()));
      await Promise.race([closed, new Promise((done) => setTimeout(done, 1000))]);
      await redis.close();
    },
  };
}
