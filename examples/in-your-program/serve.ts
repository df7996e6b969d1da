/**
 * Serves a run: `npx tsx serve.ts RUN DATA [hono|express] [PORT]`. DATA is what the run was trained on, from which the service
 * learns what is usual.
 */
import { serve } from "@hono/node-server";
import { datasets } from "latent";
import { expressApp } from "./express.js";
import { honoApp } from "./hono.js";
import { Service } from "./service.js";

const [run, data, which = "hono", port = "3000"] = process.argv.slice(2);
if (run === undefined || data === undefined) {
  console.error("usage: npx tsx serve.ts RUN DATA [hono|express] [PORT]");
  process.exit(2);
}
const usual = await (data === "mnist" ? datasets.mnist() : datasets.folder(data));
const service = await Service.open(run, usual);
if (which === "express") expressApp(service).listen(Number(port));
else serve({ fetch: honoApp(service).fetch, port: Number(port) });
console.log(`http://localhost:${port}/generate.png?n=16&temperature=0.8`);
