import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { redisServer, startRedis } from "../testing/redis-server.js";
import { openRedis, queueBoard, redisPlace, serveMetrics } from "./index.js";
import { isSourceName } from "./protocol.js";
import { announce, queueName } from "./registry.js";

test("addresses of Redis: TLS, passwords, databases, and what is said of them", () => {
  const found = redisPlace("rediss://me:p%40ss@queue.example:6380/3");
  expect(found.place).toBe("rediss://queue.example:6380/3");
  expect(found.options).toMatchObject({
    host: "queue.example",
    port: 6380,
    username: "me",
    password: "p@ss",
    db: 3,
  });
  expect(found.options.tls).toEqual({ servername: "queue.example" });
  expect(redisPlace("env:Q", { Q: "redis://[::1]" }).options).toMatchObject({ host: "::1", port: 6379 });
  for (const wrong of ["http://x", "redis://", "x", "redis://h/name", "env:NONE"])
    expect(() => redisPlace(wrong, {})).toThrow(/--redis/);
});

test("names of data that lead elsewhere are none", () => {
  for (const name of ["a.npy", "deep/er/a b.csv", "..a/b"]) expect(isSourceName(name), name).toBe(true);
  for (const name of ["../a", "/etc/passwd", "a/../../b", "", "a//b", ".", "a\\b", "C:/x", "a\0b", "a\nb"])
    expect(isSourceName(name), name).toBe(false);
});

test("metrics count what happens", async () => {
  const metrics = await serveMetrics(0);
  metrics.count({ kind: "done", run: "r", what: "shard 1", rows: 500, seconds: 0.2, bytes: 4000 });
  metrics.count({ kind: "failed", run: "r", what: "shard 2", reason: "x" });
  metrics.count({ kind: "declined", run: "r", reason: "x" });
  const text = await (await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).text();
  expect(text).toContain("latent_rows_total 500");
  expect(text).toContain('latent_jobs_total{result="done"} 1');
  expect(text).toContain('latent_jobs_total{result="failed"} 1');
  expect(text).toContain("latent_runs_declined_total 1");
  expect(text).toMatch(/latent_job_seconds_bucket\{le="0.25"\} 1/);
  expect((await fetch(`http://127.0.0.1:${metrics.port}/other`)).status).toBe(404);
  await metrics.close();
});

describe.skipIf(redisServer === undefined)("bull-board", () => {
  test("is a part of a hono server that shows the queues and changes nothing", async () => {
    const redis = await startRedis();
    const run = "b".repeat(32);
    const open = await openRedis(redis.url);
    await announce(open, { kind: "bulk", protocol: 1, latent: "0", run, since: 1 });
    const queue = new open.bull.Queue(queueName(run), { connection: open.connection, prefix: "latent" });
    await queue.add("shard", { protocol: 1, run, shard: 0 });
    const board = await queueBoard(redis.url, "/queues");
    const app = new Hono().route("/queues", board.app);
    expect((await app.request("/queues")).status).toBe(200);
    const found = await (await app.request("/queues/api/queues")).text();
    expect(found).toContain(queueName(run));
    expect(found).toContain('"readOnlyMode":true');
    await board.close();
    await queue.close();
    await open.close();
    await redis.stop();
  });
});
