import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { freePort, redisServer, startRedis } from "../testing/redis-server.js";
import { type CliResult, runCli, scratchFolder } from "../testing/run-cli.js";
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

test.skipIf(redisServer === undefined)(
  "TLS by an authority of one's own, and a password that no message shows",
  async () => {
    const { folder, remove } = scratchFolder();
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const own = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"];
    const files = ["-keyout", key, "-out", certificate];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...own], {
      stdio: "ignore",
    });
    const port = await freePort();
    const tls = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate];
    const redis = await startRedis({
      options: ["--tls-port", String(port), ...tls, "--tls-auth-clients", "no", "--requirepass", "s3cr@t"],
    });
    const begun = (password: string, env: Readonly<Record<string, string>>): Promise<CliResult> =>
      runCli(["worker", "--redis", "env:Q", "--store", join(folder, "store"), "--idle", "1"], {
        env: { Q: `rediss://:${password}@localhost:${port}`, ...env },
      });
    try {
      const trusted = { NODE_EXTRA_CA_CERTS: certificate };
      const good = await begun("s3cr%40t", trusted);
      expect(good.stderr).toContain(`ready for work from rediss://localhost:${port}`);
      expect(good.code).toBe(0);
      const wrong = await begun("n0ne", trusted);
      expect(wrong).toMatchObject({ code: 1 });
      expect(wrong.stderr).toMatch(/the password is wrong or missing/);
      const unknown = await begun("s3cr%40t", {});
      expect(unknown).toMatchObject({ code: 1 });
      expect(unknown.stderr).toMatch(/no TLS connection/);
      for (const { stderr } of [good, wrong, unknown]) expect(stderr).not.toMatch(/s3cr|n0ne/);
    } finally {
      await redis.stop();
      remove();
    }
  },
  60_000,
);

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
