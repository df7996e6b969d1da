import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type * as Prom from "prom-client";
import { optionalPackage } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import type { WorkerEvent } from "./event.js";

/** Counts what a worker does, for Prometheus. */
export interface WorkerMetrics {
  readonly port: number;
  count(event: WorkerEvent): void;
  close(): Promise<void>;
}

/**
 * Serves metrics in Prometheus' form at `http://127.0.0.1:port/metrics`, on this machine alone. Throws a UserError if prom-client is
 * not installed or the port is taken.
 */
export async function serveMetrics(port: number): Promise<WorkerMetrics> {
  const prom = await optionalPackage<typeof Prom & { readonly default?: typeof Prom }>("prom-client").catch(
    (cause: unknown) => {
      throw new UserError("--metrics needs the package prom-client: npm install prom-client", 2, { cause });
    },
  );
  const { Registry, Counter, Histogram, collectDefaultMetrics } = prom.default ?? prom;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const jobs = new Counter({
    name: "latent_jobs_total",
    help: "Jobs, by how they ended",
    labelNames: ["result"],
    registers,
  });
  const rows = new Counter({ name: "latent_rows_total", help: "Rows done", registers });
  const bytes = new Counter({
    name: "latent_output_bytes_total",
    help: "Bytes written to the store",
    registers,
  });
  const declined = new Counter({
    name: "latent_runs_declined_total",
    help: "Runs that this worker does not take",
    registers,
  });
  const seconds = new Histogram({
    name: "latent_job_seconds",
    help: "Seconds a job",
    buckets: [0.01, 0.05, 0.25, 1, 2.5, 5, 10, 30, 120, 600],
    registers,
  });
  const server: Server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new UserError(`--metrics ${port}: ${cause.message}`, 1, { cause })),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    count(event) {
      if (event.kind === "done") {
        jobs.inc({ result: "done" });
        rows.inc(event.rows);
        bytes.inc(event.bytes);
        seconds.observe(event.seconds);
      } else if (event.kind === "failed" || event.kind === "garbage") jobs.inc({ result: event.kind });
      else if (event.kind === "declined") declined.inc();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
