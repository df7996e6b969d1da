import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import { fileAnswer, pageAnswer } from "./answers.js";
import { sameSite, withToken } from "./guard.js";
import { safeHeaders } from "./headers.js";
import { encodingFor } from "./page-files.js";
import { type Queues, queuesPath } from "./queues.js";
import { nothing, Refusal, told } from "./refusal.js";
import { runRoutes } from "./run-routes.js";
import type { Studio } from "./studio.js";
import { sweepRoutes } from "./sweeps/routes.js";
import { trainRoutes } from "./train-routes.js";

/** How the server is reached, and by whom. */
export interface Door {
  /** What a request's `Host` may be, once the server listens. */
  hosts(): ReadonlySet<string>;
  port(): number;
  readonly token: string | undefined;
}

function failed(studio: Studio, error: Error, context: Context): Response {
  const { status, error: message } = told(error);
  if (status === 500) studio.tools.note(error.stack ?? error.message);
  // What was not read of a request that is refused is not read any more.
  if (status === 413) context.header("connection", "close");
  return context.json({ error: message }, status);
}

/** The studio's addresses. Everything is refused that isn't asked for by its own page, or by who knows the token. */
export function studioApp(studio: Studio, door: Door, queues?: Queues): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(safeHeaders)) context.header(name, value);
    await next();
  });
  app.use(sameSite(() => door.hosts()));
  if (door.token !== undefined) app.use(withToken(door.token, () => door.port()));
  app.use("/api/*", async (context, next) => {
    context.header("cache-control", "no-store");
    await next();
  });
  app.use("/api/*", compress({ contentTypeFilter: /^application\/json/ }));

  app.get("/api/session", async (context) =>
    context.json({ ...(await studio.session()), queues: queues === undefined ? null : queuesPath.slice(1) }),
  );
  app.get("/api/data/mnist/:file", (context) => {
    const file = studio.mnist.get(context.req.param("file"));
    if (file === undefined) throw nothing("there is no such file of MNIST here");
    return fileAnswer(context, file, "application/octet-stream");
  });
  app.route("/api/runs", runRoutes(studio));
  app.route("/api/sweeps", sweepRoutes(studio.sweeps));
  app.route("/api", trainRoutes(studio));
  app.all("/api/*", () => {
    throw nothing("there is nothing at this address");
  });

  if (queues !== undefined) app.route(queuesPath, queues.routes);

  app.get("*", async (context) => {
    const file = await studio.page.find(context.req.path, encodingFor(context.req.header("accept-encoding")));
    if (file === undefined) throw nothing("there is nothing at this address");
    return pageAnswer(context, file);
  });
  app.all("*", () => {
    throw new Refusal(405, "this address is only read");
  });
  app.notFound((context) => context.json({ error: "there is nothing at this address" }, 404));
  app.onError((error, context) => failed(studio, error, context));
  return app;
}
