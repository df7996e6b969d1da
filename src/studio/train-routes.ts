import path from "node:path";
import { Hono } from "hono";
import { Refusal } from "./refusal.js";
import {
  checked,
  controlBody,
  readBody,
  readJsonBody,
  requireType,
  resumeBody,
  settingsOfSpec,
  sizeQuery,
  trainBody,
} from "./requests.js";
import { requireRunName } from "./shelf.js";
import type { Studio } from "./studio.js";
import { largestData } from "./uploads.js";

/** `runs/mnist-z2`, as the command names runs. */
function nameFor(source: string, latent = 2): string {
  return `${path
    .basename(source)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_.-]+/gu, "-")}-z${latent}`;
}

/** Training on the server's own engine. */
export function trainRoutes(studio: Studio): Hono {
  const routes = new Hono();

  const requireEngine = async (): Promise<void> => {
    const { native } = await studio.session();
    if (native === null) throw new Refusal(501, "there is no engine to train with on this machine");
  };

  routes.post("/data", async (context) => {
    const { size } = checked(sizeQuery, context.req.query());
    requireType(context.req.raw, "application/zip");
    await requireEngine();
    const zip = await readBody(context.req.raw, largestData.zipped);
    return context.json(await studio.takeData(zip, size), 201);
  });

  routes.post("/train", async (context) => {
    const { name, spec, data } = await readJsonBody(context.req.raw, trainBody);
    const source = studio.offered.source(data);
    const settings = settingsOfSpec(spec);
    await requireEngine();
    const called = requireRunName(name ?? nameFor(source, settings.latent));
    const run = await studio.trainer.start(called, name === undefined, { ...settings, data: source });
    return context.json(await studio.summary(run), 201);
  });

  routes.post("/runs/:id/control", async (context) => {
    const { action } = await readJsonBody(context.req.raw, controlBody);
    const run = await studio.find(context.req.param("id"));
    await studio.trainer.control(run, action);
    return context.json(await studio.summary(run));
  });

  routes.post("/runs/:id/resume", async (context) => {
    const { epochs } = await readJsonBody(context.req.raw, resumeBody);
    const { run, summary, reading } = await studio.open(context.req.param("id"));
    if (summary.state === "waiting") throw new Refusal(409, `"${run.name}" waits already`);
    if (summary.state === "training") {
      throw new Refusal(
        409,
        `"${run.name}" is being trained ${summary.native ? "here" : "by another process"} already`,
      );
    }
    const data = await studio.offered.requireNamed(reading.config.source);
    await requireEngine();
    await studio.trainer.goOn(run, { data, ...(epochs !== undefined && { epochs }) });
    return context.json(await studio.summary(run));
  });
  return routes;
}
