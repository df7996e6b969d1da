import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore } from "../store/index.js";
import { BulkPlace } from "../testing/bulk.js";
import { redisServer, startRedis, type TestRedis } from "../testing/redis-server.js";
import { runCli } from "../testing/run-cli.js";
import { RandomStream } from "../tensor/index.js";

/*
 * Whatever is killed, lost or full: nothing is lost, nothing doubled, and the bytes are those of one machine. Workers are processes
 * here, ended by SIGKILL at moments that a seed decides; set LATENT_FAULT_SEED and LATENT_FAULT_KILLS for others.
 */

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
const seed = Number(process.env.LATENT_FAULT_SEED ?? 1);
const kills = Number(process.env.LATENT_FAULT_KILLS ?? 24);

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer === undefined) return;
  place = await BulkPlace.make(60_000);
  await place.cli(["score", "run", "x.npy", "--out", "one.csv"]);
}, 120_000);
afterAll(() => place?.remove());

/** Worker processes that can be killed. */
class Crowd {
  private readonly members: ChildProcess[] = [];

  constructor(
    private readonly redis: TestRedis,
    private readonly store = "store",
    private readonly more: { readonly args?: readonly string[]; readonly env?: Record<string, string> } = {},
  ) {}

  add(): void {
    const args = ["worker", "--redis", this.redis.url, "--store", this.store, "--root", "."];
    const child = spawn(
      process.execPath,
      [main, ...args, "--lease", "1", "--losses", "1000", ...(this.more.args ?? [])],
      {
        cwd: place.folder,
        stdio: "ignore",
        env: { ...process.env, ...this.more.env },
      },
    );
    this.members.push(child);
  }

  /** Kills one, so that it can't say goodbye, and has another take its place. */
  async kill(which: number): Promise<void> {
    const [child] = this.members.splice(which % this.members.length, 1);
    await ended(child, "SIGKILL");
    this.add();
  }

  async end(): Promise<void> {
    await Promise.all(this.members.map((child) => ended(child, "SIGKILL")));
  }
}

async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

const command = (out: string, redis: TestRedis, step: string, store = "store"): string[] => [
  ...["score", "run", "x.npy", "--out", out, "--redis", redis.url],
  ...["--store", store, "--shard-rows", step, "--attempts", "50"],
];

/** Each shard is in the store once, and no part of one is left. */
async function requireWhole(store = "store"): Promise<void> {
  const opened = await openStore(place.at(store));
  const shards = (await opened.list("bulk")).filter((key) => key.includes("/shards/"));
  expect(new Set(shards).size).toBe(shards.length);
}

describe.skipIf(redisServer === undefined)("bulk work", () => {
  test(`survives ${kills} kills of workers at random`, async () => {
    const crowd = new Crowd(place.redis);
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
    expect(killed).toBeGreaterThan(3);
    expect(await place.same("one.csv", "killed.csv")).toBe(true);
    await requireWhole();
  }, 120_000);

  test.each([
    ["that forgets everything", false],
    ["that keeps what it was told", true],
  ] as const)(
    "survives restarts of a Redis %s",
    async (_, persistent) => {
      const redis = await startRedis({ persistent });
      const store = `restarted-${persistent}`;
      const crowd = new Crowd(redis, store);
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

  test("a full disk is told; with room again, the same command finishes", async (context) => {
    const full = place.at("full");
    await mkdir(full);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1400k", "tmpfs", full], { stdio: "ignore" });
    } catch {
      return context.skip("a small disk takes the right to mount one");
    }
    const crowd = new Crowd(place.redis, "full");
    crowd.add();
    try {
      const asked = command("full.csv", place.redis, "2000", "full").map((arg) => (arg === "50" ? "2" : arg));
      const first = await runCli(asked, { cwd: place.folder });
      expect(first.code, first.stderr).toBe(1);
      expect(first.stderr).toMatch(/failed at every try[^]*the disk is full/);
      expect(existsSync(place.at("full.csv"))).toBe(false);
      execFileSync("mount", ["-o", "remount,size=64m", full]);
      const second = await runCli(asked, { cwd: place.folder });
      expect(second.code, second.stderr).toBe(0);
      expect(await place.same("one.csv", "full.csv")).toBe(true);
    } finally {
      await crowd.end();
      execFileSync("umount", [full]);
      await rm(full, { recursive: true });
    }
  }, 120_000);

  test("workers whose clocks are days off, ahead and behind", async (context) => {
    const library = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"]
      .map((folder) => `${folder}/faketime/libfaketimeMT.so.1`)
      .find(existsSync);
    if (library === undefined) return context.skip("Debian's faketime is not installed");
    const crowds = ["+3d", "-3d"].map(
      (FAKETIME) =>
        new Crowd(place.redis, "clocks", {
          env: { LD_PRELOAD: library, FAKETIME, DONT_FAKE_MONOTONIC: "1" },
        }),
    );
    for (const crowd of crowds) crowd.add();
    try {
      const work = runCli(command("clocks.csv", place.redis, "1000", "clocks"), { cwd: place.folder });
      for (let i = 0; i < 4; i++) {
        await sleep(1500);
        await crowds[i % 2]?.kill(0);
      }
      const { code, stderr } = await work;
      expect(code, stderr).toBe(0);
      expect(await place.same("one.csv", "clocks.csv")).toBe(true);
    } finally {
      for (const crowd of crowds) await crowd.end();
    }
  }, 120_000);

  test("SIGTERM lets a worker finish what it has, and take nothing more", async () => {
    const args = ["worker", "--redis", place.redis.url, "--store", "term", "--root", "."];
    const child = spawn(process.execPath, [main, ...args], {
      cwd: place.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let told = "";
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    child.stderr.on("data", (text: Buffer) => {
      told += text.toString();
      if (/shard 2:/.test(told)) child.kill("SIGTERM");
    });
    const code = new Promise((resolve) => child.on("exit", resolve));
    const work = runCli(command("term.csv", place.redis, "1000", "term"), { cwd: place.folder });
    expect(await code, told).toBe(0);
    expect(said).toContain("stopped");
    const crowd = new Crowd(place.redis, "term");
    crowd.add();
    const { code: finished } = await work;
    await crowd.end();
    expect(finished).toBe(0);
    expect(await place.same("one.csv", "term.csv")).toBe(true);
  }, 120_000);
});
