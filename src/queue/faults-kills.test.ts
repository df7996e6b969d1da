import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../store/index.js";
import { BulkPlace } from "../testing/bulk.js";
import { command, Crowd } from "../testing/crowd.js";
import { redisServer, startRedis } from "../testing/redis-server.js";
import { runCli } from "../testing/run-cli.js";
import { RandomStream } from "../tensor/index.js";

/*
 * Whatever is killed or lost: nothing is lost, nothing doubled, and the bytes are those of one machine. Workers are processes here,
 * ended by SIGKILL at moments that a seed decides; set LATENT_FAULT_SEED and LATENT_FAULT_KILLS for others.
 */

const seed = Number(process.env.LATENT_FAULT_SEED ?? 1);
const kills = Number(process.env.LATENT_FAULT_KILLS ?? 12);

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer === undefined) return;
  place = await BulkPlace.make(Math.max(40_000, 2_000 * kills));
  await place.cli(["score", "run", "x.npy", "--out", "one.csv"]);
}, 120_000);
afterAll(() => place?.remove());

/** Each shard is in the store once, and no part of one is left. */
async function requireWhole(store = "store"): Promise<void> {
  const opened = await openStore(place.at(store));
  const shards = (await opened.list("bulk")).filter((key) => key.includes("/shards/"));
  expect(new Set(shards).size).toBe(shards.length);
}

describe.skipIf(redisServer === undefined)("bulk work", () => {
  test(
    `survives ${kills} kills of workers at random`,
    async () => {
      const crowd = new Crowd(place, place.redis);
      crowd.add();
      crowd.add();
      const draws = new RandomStream(seed, "kills").uniform(new Float64Array(2 * kills), 0);
      let done = false;
      const work = runCli(command("killed.csv", place.redis, "500"), { cwd: place.folder }).finally(() => {
        done = true;
      });
      let killed = 0;
      for (; killed < kills && !done; killed++) {
        await sleep(100 + 1200 * (draws[2 * killed] ?? 0));
        await crowd.kill(Math.floor(1e6 * (draws[2 * killed + 1] ?? 0)));
      }
      const { code, stderr } = await work;
      await crowd.end();
      expect(code, stderr).toBe(0);
      if (killed < kills) console.log(`all was done after ${killed} of ${kills} kills`);
      expect(killed).toBeGreaterThan(3);
      expect(await place.same("one.csv", "killed.csv")).toBe(true);
      await requireWhole();
    },
    60_000 + 5_000 * kills,
  );

  test.each([
    ["that forgets everything", false],
    ["that keeps what it was told", true],
  ] as const)(
    "survives restarts of a Redis %s",
    async (_, persistent) => {
      const redis = await startRedis({ persistent });
      const store = `restarted-${persistent}`;
      const crowd = new Crowd(place, redis, store);
      crowd.add();
      try {
        let done = false;
        const work = runCli(command(`${store}.csv`, redis, "1000", store), { cwd: place.folder }).finally(
          () => {
            done = true;
          },
        );
        for (let i = 0; i < 3 && !done; i++) {
          await sleep(2500);
          await redis.restart();
        }
        const { code, stderr } = await work;
        expect(code, stderr).toBe(0);
        expect(await place.same("one.csv", `${store}.csv`)).toBe(true);
        await requireWhole(store);
      } finally {
        await crowd.end();
        await redis.stop();
      }
    },
    120_000,
  );
});
