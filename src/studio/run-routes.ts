import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Context, Hono } from "hono";
import { runFiles } from "../runs/index.js";
import { bytesAnswer } from "./answers.js";
import { examplesNpy, labelsNpy, offeredOf } from "./examples.js";
import { toldBefore } from "./followers.js";
import { fileInside } from "./inside.js";
import { eventBody } from "./messages.js";
import { typeOf } from "./page-files.js";
import { nothing } from "./refusal.js";
import { checked, readBody, requireType, rowsQuery } from "./requests.js";
import { isPicture } from "./run-files.js";
import { readRunFiles, zipOf } from "./run-zip.js";
import type { Studio } from "./studio.js";
import { largestRun, takeRun } from "./take-run.js";

const idOf = (context: Context): string => context.req.param("id") ?? "";
const octets = "application/octet-stream";

function zipAnswer(context: Context, files: ReadonlyMap<string, Uint8Array>, name: string): Response {
  context.header("content-type", "application/zip");
  context.header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
  return context.body(zipOf(files));
}

/** Runs: listed, looked at, followed, sent and taken in. */
export function runRoutes(studio: Studio): Hono {
  const routes = new Hono();

  routes.get("/", async (context) => context.json(await studio.list()));

  routes.post("/", async (context) => {
    const { req } = context;
    requireType(req.raw, "application/zip");
    const bytes = await readBody(req.raw, largestRun.zipped);
    const run = await takeRun(studio.shelf, req.query("name") ?? "uploaded", bytes);
    return context.json(await studio.summary(run), 201);
  });

  routes.get("/:id", async (context) => context.json(await studio.details(idOf(context))));

  routes.get("/:id/events", async (context) => {
    const run = await studio.find(idOf(context));
    const told = toldBefore(context.req.header("last-event-id") ?? context.req.query("after"));
    context.header("content-type", "text/event-stream");
    context.header("x-accel-buffering", "no");
    return context.body(eventBody(studio.followers.follow(run, told)));
  });

  routes.get("/:id/snapshot", async (context) => {
    const { run, reading } = await studio.open(idOf(context));
    const { files, step } = await studio.snapshots.newest(run, reading);
    context.header("latent-step", String(step));
    return zipAnswer(context, files, `${run.name}-model.zip`);
  });

  routes.get("/:id/run.zip", async (context) => {
    const { run } = await studio.open(idOf(context));
    return zipAnswer(context, await readRunFiles(run.folder), `${run.name}.zip`);
  });

  routes.get("/:id/examples.npy", async (context) => {
    const rows = checked(rowsQuery, context.req.query());
    const { reading } = await studio.open(idOf(context));
    const { bytes, total } = await examplesNpy(await studio.offered.ofRun(reading.config), rows);
    context.header("latent-total", String(total));
    return bytesAnswer(context, bytes, octets);
  });

  routes.get("/:id/labels.npy", async (context) => {
    const rows = checked(rowsQuery, context.req.query());
    const { reading } = await studio.open(idOf(context));
    return bytesAnswer(context, labelsNpy(await studio.offered.ofRun(reading.config), rows), octets);
  });

  routes.get("/:id/data", async (context) => {
    const { reading } = await studio.open(idOf(context));
    return context.json(await offeredOf(() => studio.offered.ofRun(reading.config)));
  });

  routes.get("/:id/classes", async (context) => {
    const { reading } = await studio.open(idOf(context));
    return context.json((await studio.offered.ofRun(reading.config)).classes ?? null);
  });

  routes.get("/:id/images/:name", async (context) => {
    const { folder } = await studio.find(idOf(context));
    const name = context.req.param("name");
    if (!isPicture(name)) throw nothing("the run has no such picture");
    const file = await fileInside(folder, path.join(runFiles.images, name));
    if (file === undefined) throw nothing("the run has no such picture");
    return bytesAnswer(context, await readFile(file), typeOf(name) ?? octets);
  });
  return routes;
}
