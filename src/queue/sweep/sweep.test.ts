import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from "vitest";
import { openStore } from "../../store/index.js";
import { BulkPlace } from "../../testing/bulk.js";
import { Crowd } from "../../testing/crowd.js";
import { redisServer, startRedis, type TestRedis } from "../../testing/redis-server.js";
import { runCli } from "../../testing/run-cli.js";
import { firstState, type SweepState, type TrialRecord } from "../../sweeps/index.js";
import { openRedis, RedisStateStore } from "../index.js";

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer !== undefined) place = await BulkPlace.make(300);
}, 240_000);
afterAll(() => place?.remove());

const spec = {
  run: {
    data: "train.npy",
    lr: "log-uniform(from=0.001, to=0.01)",
    latent: 2,
    hidden: [8],
    threads: 1,
    validation: 0.2,
    epochs: 3,
  },
  search: "random",
  stopping: "asha(least=1, eta=3)",
  budget: { trials: 6 },
  concurrency: 1,
};

/** Workers who are heard if a test fails. */
function crowdOf(redis: TestRedis, store: string): Crowd {
  const crowd = new Crowd(place, redis, store);
  onTestFailed(() => void process.stderr.write(crowd.said));
  return crowd;
}

/** What of a table of trials tells one sweep from another: not how long runs took. */
async function decisions(folder: string): Promise<unknown> {
  const rows = JSON.parse(await readFile(place.at(`${folder}/trials.json`), "utf8")) as Record<
    string,
    unknown
  >[];
  const timely = /second|memory|worker|attempt/i;
  return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !timely.test(name))));
}

const weights = "best/model/weights.safetensors";

describe.skipIf(redisServer === undefined)("a sweep over several machines", () => {
  test("is that of one machine, with workers killed and a Redis that forgets", async () => {
    const full = { ...spec, stopping: "none" };
    await writeFile(place.at("full.json"), JSON.stringify(full));
    await place.cli(["sweep", "full.json", "--out", "one"]);
    const redis = await startRedis();
    const crowd = crowdOf(redis, "sweep-store");
    crowd.add();
    crowd.add();
    try {
      const args = ["--redis", redis.url, "--store", "sweep-store"];
      const work = place.cli(["sweep", "full.json", "--out", "many", ...args]);
      await sleep(3000);
      await crowd.kill(0);
      await sleep(1500);
      await redis.restart();
      await work;
      expect(await decisions("many")).toEqual(await decisions("one"));
      expect(await place.same(`one/${weights}`, `many/${weights}`)).toBe(true);
      await place.cli(["train", "--config", "many/best.config.json", "--out", "again", "--no-pictures"]);
      expect(await place.same("again/model/weights.safetensors", `many/${weights}`)).toBe(true);
    } finally {
      await crowd.end();
      await redis.stop();
    }
  }, 240_000);

  test("runs that are stopped and gone on with elsewhere travel through the store", async () => {
    await writeFile(place.at("asha.json"), JSON.stringify(spec));
    const crowd = crowdOf(place.redis, "asha-store");
    crowd.add();
    crowd.add();
    try {
      const args = ["--redis", place.redis.url, "--store", "asha-store"];
      await place.cli(["sweep", "asha.json", "--out", "asha", ...args]);
      await place.cli(["train", "--config", "asha/best.config.json", "--out", "asha-again", "--no-pictures"]);
      expect(await place.same("asha-again/model/weights.safetensors", `asha/${weights}`)).toBe(true);
    } finally {
      await crowd.end();
    }
  }, 240_000);
});

describe.skipIf(redisServer === undefined)("a sweep over several machines that goes on", () => {
  interface Told {
    readonly control: { readonly state: string };
    readonly counts: { readonly running: number };
    readonly used: { readonly trials: number };
  }
  /** Waits until the sweep stands as it should. */
  async function until(folder: string, is: (status: Told) => boolean): Promise<void> {
    for (let i = 0; i < 600; i++, await sleep(50)) {
      const text = await readFile(place.at(`${folder}/status.json`), "utf8").catch(() => "");
      if (text !== "" && is(JSON.parse(text) as Told)) return;
    }
    throw new Error(`${folder} did not come to that`);
  }

  test("is paused, gets another budget and other workers, and comes to what one machine comes to", async () => {
    const longer = { ...spec, stopping: "none", run: { ...spec.run, epochs: 40 }, budget: { trials: 2 } };
    await writeFile(place.at("longer.json"), JSON.stringify(longer));
    await place.cli(["sweep", "longer.json", "--out", "longer-one", "--trials", "4"]);
    const crowd = crowdOf(place.redis, "longer-store");
    crowd.add();
    try {
      const args = ["--redis", place.redis.url, "--store", "longer-store"];
      const work = place.cli(["sweep", "longer.json", "--out", "longer", ...args]);
      await until("longer", ({ used }) => used.trials > 0);
      await place.cli(["sweep", "pause", "longer"]);
      await until("longer", ({ control }) => control.state === "paused");
      await crowd.kill(0);
      crowd.add();
      const refused = await runCli(["sweep", "resume", "longer", "--concurrency", "3"], {
        cwd: place.folder,
      });
      expect(refused).toMatchObject({ code: 2 });
      expect(refused.stderr).toContain("start or end workers");
      const other = await runCli(["sweep", "longer.json", "--out", "longer-one", ...args], {
        cwd: place.folder,
      });
      expect(other).toMatchObject({ code: 2 });
      expect(other.stderr).toContain("holds a sweep of one machine");
      const told = await place.cli(["sweep", "resume", "longer", "--trials", "4"]);
      expect(told.stderr).toContain("the sweep goes on in the process that runs it");
      await work;
      expect(await decisions("longer")).toEqual(await decisions("longer-one"));
      expect(await place.same(`longer-one/${weights}`, `longer/${weights}`)).toBe(true);
      // What has ended is resumed without being told again where its workers meet.
      await place.cli(["sweep", "resume", "longer", "--trials", "5"]);
      expect(await decisions("longer")).toHaveLength(5);
    } finally {
      await crowd.end();
    }
  }, 240_000);

  test("ends when its own folder is gone, and says so", async () => {
    const endless = { ...spec, stopping: "none", run: { ...spec.run, epochs: 100_000 } };
    await writeFile(place.at("lost.json"), JSON.stringify(endless));
    const args = ["--redis", place.redis.url, "--store", "lost-store"];
    const work = runCli(["sweep", "lost.json", "--out", "lost", ...args], { cwd: place.folder, within: 60 });
    await until("lost", () => true);
    await rm(place.at("lost"), { recursive: true });
    const crowd = crowdOf(place.redis, "lost-store");
    crowd.add();
    try {
      const { code, stderr } = await work;
      expect(code).toBe(1);
      expect(stderr).toMatch(/can't write lost.*: it does not exist/);
    } finally {
      await crowd.end();
    }
  }, 240_000);

  test("is stopped, though a worker was lost with a run under way", async () => {
    const endless = { ...spec, stopping: "none", run: { ...spec.run, epochs: 100_000 } };
    await writeFile(place.at("endless.json"), JSON.stringify(endless));
    const crowd = crowdOf(place.redis, "endless-store");
    crowd.add();
    const args = ["--redis", place.redis.url, "--store", "endless-store"];
    const work = place.cli(["sweep", "endless.json", "--out", "endless", ...args]);
    try {
      await until("endless", ({ counts }) => counts.running === 1);
    } finally {
      await crowd.end();
    }
    await place.cli(["sweep", "stop", "endless"]);
    const { stderr } = await work;
    expect(stderr).toContain("there is no best model to export");
  }, 240_000);
});

describe.skipIf(redisServer === undefined)("the state of a sweep", () => {
  const first: SweepState = firstState({ budget: {}, concurrency: 1 } as Parameters<typeof firstState>[0]);
  const trial = (number: number): TrialRecord => ({
    number,
    point: { lr: number },
    run: { lr: number },
    bracket: 0,
    state: "open",
    jobs: [],
  });

  test("takes changes of many at once, loses none, and is made again of the log", async () => {
    const redis = await startRedis();
    const run = "a".repeat(32);
    const store = await openStore(place.at("state-store"));
    const opened = await Promise.all([1, 2, 3, 4].map(() => openRedis(redis.url)));
    const stores = opened.map(({ client }) => new RedisStateStore(client, store, run, first));
    const add = (one: RedisStateStore): Promise<number> =>
      one.update(({ trials }) => ({ change: { trials: [trial(trials.length)] }, result: trials.length }));
    const numbers = await Promise.all(
      Array.from({ length: 80 }, (_, i) => add(stores[i % 4] as RedisStateStore)),
    );
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, i) => i));
    await redis.restart();
    const [one] = stores;
    const state = await one?.update((now) => ({ result: now }));
    expect(state?.trials.map(({ number }) => number)).toEqual(Array.from({ length: 80 }, (_, i) => i));
    expect(await add(stores[1] as RedisStateStore)).toBe(80);
    for (const { close } of opened) await close();
    await redis.stop();
  });
});
