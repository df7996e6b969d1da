import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { announce, queueName } from "../queue/registry.js";
import { openRedis } from "../queue/index.js";
import { redisServer, startRedis, type TestRedis } from "../testing/redis-server.js";
import { scratchFolder } from "../testing/run-cli.js";
import { raw, serveStudio, writePage } from "../testing/studio.js";
import type { RunningStudio } from "./server.js";

describe.skipIf(redisServer === undefined)("the view of queues", () => {
  const scratch = scratchFolder();
  const page = writePage(`${scratch.folder}/page`);
  const token = "a-token-of-someone";
  let redis: TestRedis;
  let studio: RunningStudio;
  beforeAll(async () => {
    redis = await startRedis();
    studio = await serveStudio({ page, places: [scratch.folder], redis: redis.url, token });
  });
  afterAll(async () => {
    await studio.close();
    await redis.stop();
    scratch.remove();
  });
  const bearer = { authorization: `Bearer ${token}` };
  const get = (target: string, headers: Record<string, string> = bearer): Promise<Response> =>
    fetch(studio.address + target, { headers });

  test("stands behind the studio's door", async () => {
    expect((await get("queues", {})).status).toBe(401);
    const foreign = { ...bearer, origin: "http://elsewhere.example" };
    expect((await get("queues/api/queues", foreign)).status).toBe(403);
    const named = { ...bearer, host: "rebound.example" };
    expect((await raw(studio.address, "/queues", { headers: named })).status).toBe(403);
    const changing = await fetch(`${studio.address}queues/api/queues/x/pause`, {
      method: "PUT",
      headers: bearer,
    });
    expect(changing.status).toBe(405);
  });

  test("has a policy of its own, which lets no script stand in the markup; the studio's stays", async () => {
    const policy = (answer: Response): string => answer.headers.get("content-security-policy") ?? "";
    const board = await get("queues");
    expect(board.status).toBe(200);
    expect(policy(board)).toContain("script-src 'self';");
    expect(policy(board)).toContain("base-uri 'self'");
    expect(policy(board)).toContain("default-src 'none'");
    expect(policy(await get(""))).not.toMatch(/unsafe-inline|base-uri 'self'/);
    expect(await (await get("api/session")).json()).toMatchObject({ queues: "queues" });
  });

  test("shows runs that are announced after it was opened", async () => {
    const run = "c".repeat(32);
    const open = await openRedis(redis.url);
    await announce(open, { kind: "bulk", protocol: 1, latent: "0", run, since: 1 });
    await expect
      .poll(async () => (await get("queues/api/queues")).text(), { timeout: 10_000, interval: 500 })
      .toContain(queueName(run));
    await open.close();
  });

  test("a Redis that is not there is named when the studio starts", async () => {
    const refused = serveStudio({ page, places: [scratch.folder], redis: "redis://127.0.0.1:1" });
    await expect(refused).rejects.toThrow("can't reach Redis at redis://127.0.0.1:1");
  });
});
