import type { MiddlewareHandler } from "hono";
import { Hono } from "hono";
import { type QueueBoard, queueBoard } from "../queue/index.js";
import { boardPolicy } from "./headers.js";
import { Refusal } from "./refusal.js";

/** Where the view of queues is mounted. */
export const queuesPath = "/queues";
/** Milliseconds between two looks at which runs are announced. */
const refreshEvery = 2000;
/** Milliseconds that Redis may take to answer: its client would wait for it for ever. */
const patience = 8000;

/** bull-board as a part of the studio: the queues of a Redis, to look at. */
export interface Queues {
  readonly routes: Hono;
  close(): Promise<void>;
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal(503, "Redis does not answer")), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The board's runs are looked for again when its page asks for them. */
function fresh(board: QueueBoard): MiddlewareHandler {
  let looked = Date.now();
  return async (_, next) => {
    if (Date.now() - looked > refreshEvery) {
      looked = Date.now();
      await inTime(board.refresh());
    }
    await inTime(next());
  };
}

/** Opens the view of queues. Throws a UserError if bull-board or BullMQ is not installed, or Redis can't be reached. */
export async function openQueues(redis: string): Promise<Queues> {
  const board = await queueBoard(redis, queuesPath);
  const routes = new Hono();
  routes.use(async (context, next) => {
    if (context.req.method !== "GET" && context.req.method !== "HEAD") {
      throw new Refusal(405, "the queues are here to look at, not to change");
    }
    context.header("content-security-policy", boardPolicy);
    await next();
  });
  routes.use("/api/*", fresh(board));
  routes.route("/", board.app);
  return { routes, close: () => board.close() };
}
