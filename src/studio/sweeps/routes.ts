import { readFile } from "node:fs/promises";
import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { sweepFiles } from "../../sweeps/index.js";
import { bytesAnswer } from "../answers.js";
import { fileInside } from "../inside.js";
import { eventBody } from "../messages.js";
import { nothing } from "../refusal.js";
import { readJsonBody } from "../requests.js";
import { type Sweeps, sweepActions } from "./sweeps.js";

const limit = z.optional(z.int().check(z.minimum(1), z.maximum(1_000_000_000)));
const askBody = z.strictObject({
  action: z.optional(z.enum(sweepActions)),
  budget: z.optional(z.strictObject({ trials: limit, epochs: limit, seconds: limit })),
});
const idOf = (context: Context): string => context.req.param("id") ?? "";

/** Sweeps: listed, looked at, followed, and asked to pause, go on, stop, or end after more or fewer trials. */
export function sweepRoutes(sweeps: Sweeps): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => context.json(await sweeps.list()));

  routes.get("/:id", async (context) => context.json(await sweeps.details(await sweeps.find(idOf(context)))));

  routes.get("/:id/events", async (context) => {
    const sweep = await sweeps.find(idOf(context));
    context.header("content-type", "text/event-stream");
    context.header("x-accel-buffering", "no");
    return context.body(eventBody(sweeps.follow(sweep)));
  });

  routes.get("/:id/trials.csv", async (context) => {
    const { folder, name } = await sweeps.find(idOf(context));
    const file = await fileInside(folder, sweepFiles.table);
    if (file === undefined) throw nothing("the sweep has no table yet");
    context.header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name)}.csv`);
    return bytesAnswer(context, await readFile(file), "text/csv; charset=utf-8");
  });

  routes.post("/:id/control", async (context) => {
    const request = await readJsonBody(context.req.raw, askBody);
    const sweep = await sweeps.find(idOf(context));
    await sweeps.ask(sweep, request);
    return context.json((await sweeps.details(sweep)).summary);
  });
  return routes;
}
