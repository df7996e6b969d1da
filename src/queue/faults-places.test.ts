import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BulkPlace } from "../testing/bulk.js";
import { command, Crowd, main } from "../testing/crowd.js";
import { redisServer } from "../testing/redis-server.js";
import { runCli } from "../testing/run-cli.js";

/* A full disk, clocks that are wrong, and a worker that is asked to end. */

let place: BulkPlace;
beforeAll(async () => {
  if (redisServer === undefined) return;
  place = await BulkPlace.make(12_000);
  await place.cli(["score", "run", "x.npy", "--out", "one.csv"]);
}, 120_000);
afterAll(() => place?.remove());

describe.skipIf(redisServer === undefined)("bulk work", () => {
  test("a full disk is told; with room again, the same command finishes", async (context) => {
    const full = place.at("full");
    await mkdir(full);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=900k", "tmpfs", full], { stdio: "ignore" });
    } catch {
      return context.skip("a small disk takes the right to mount one");
    }
    const crowd = new Crowd(place, place.redis, "full");
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
        new Crowd(place, place.redis, "clocks", {
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
      if (/shard 2:/.test(told) && !child.killed) child.kill("SIGTERM");
    });
    const code = new Promise((resolve) => child.on("exit", resolve));
    const work = runCli(command("term.csv", place.redis, "1000", "term"), { cwd: place.folder });
    expect(await code, told).toBe(0);
    expect(said).toContain("stopped");
    const crowd = new Crowd(place, place.redis, "term");
    crowd.add();
    const { code: finished } = await work;
    await crowd.end();
    expect(finished).toBe(0);
    expect(await place.same("one.csv", "term.csv")).toBe(true);
  }, 120_000);
});
