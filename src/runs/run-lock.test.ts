import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";
import { type LockOwner, lockFile, parseOwner } from "./lock-file.js";
import { thisOwner } from "./lock-owner.js";
import { RunLock } from "./run-lock.js";

const scratch = scratchFolder();
const folder = path.join(scratch.folder, "run");
const file = path.join(folder, lockFile);
const module = new URL("../../dist/runs/run-lock.js", import.meta.url).href;
const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));
afterAll(scratch.remove);
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

/** Takes the lock in a process of its own, which says so and then waits for its standard input to end. */
function takerAt(when: number): { readonly said: Promise<string>; readonly kill: () => Promise<unknown> } {
  const script = `
    import { RunLock } from ${JSON.stringify(module)};
    await new Promise((resolve) => setTimeout(resolve, ${when} - Date.now()));
    const lock = await RunLock.take(${JSON.stringify(folder)}).catch((error) => error);
    console.log(lock instanceof RunLock ? "taken" : lock.message);
    if (lock instanceof RunLock) setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const said = once(child.stdout, "data").then(([chunk]) => String(chunk).trim());
  return {
    said,
    kill: () => {
      child.kill("SIGKILL");
      return closed;
    },
  };
}

function writeOwner(owner: Partial<LockOwner>, secondsAgo = 0): Promise<void> {
  return thisOwner().then((me) => {
    writeFileSync(file, JSON.stringify({ ...me, ...owner }));
    const time = Date.now() / 1000 - secondsAgo;
    utimesSync(file, time, time);
  });
}

describe("the lock of a run's folder", () => {
  test("is taken once, names its owner, and is gone when it is released", async () => {
    const lock = await RunLock.take(folder);
    expect(parseOwner(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid });
    await expect(RunLock.take(folder)).rejects.toThrow(
      /is being trained by this process already, since 20.*Z\./,
    );
    await lock.check();
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
    await (await RunLock.take(folder)).release();
  });

  test("of a living process is refused to others, that of a killed one taken over", async () => {
    const first = takerAt(0);
    expect(await first.said).toBe("taken");
    const { pid } = JSON.parse(readFileSync(file, "utf8")) as LockOwner;
    await expect(RunLock.take(folder)).rejects.toThrow(new RegExp(`by process ${pid}, since .*stop it`));
    await first.kill();
    expect(existsSync(file)).toBe(true);
    await (await RunLock.take(folder)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is taken over where another process has the dead one's number by now", async () => {
    await writeOwner({ started: "1" });
    await (await RunLock.take(folder)).release();
  });

  test("of another computer counts until it has shown no sign of life for two minutes", async () => {
    await writeOwner({ host: "elsewhere" }, 100);
    await expect(RunLock.take(folder)).rejects.toThrow(/on elsewhere\. If that has died, delete .*run\.lock/);
    await writeOwner({ host: "elsewhere" }, 130);
    await (await RunLock.take(folder)).release();
    await writeOwner({ machine: "another container" }, 0);
    await expect(RunLock.take(folder)).rejects.toThrow(/being trained by process/);
  });

  test("that can't be read is named, and taken over when it is old", async () => {
    for (const content of ["", "{", "null", '{"pid":"x"}', "\0\0\0"]) {
      writeFileSync(file, content);
      await expect(RunLock.take(folder)).rejects.toThrow(/run\.lock is damaged.*delete the file/);
      utimesSync(file, 1, 1);
      await (await RunLock.take(folder)).release();
    }
  });

  test("that was deleted or taken over is noticed by its owner, who leaves the other's alone", async () => {
    const lock = await RunLock.take(folder);
    rmSync(file);
    await expect(lock.check()).rejects.toThrow(/run\.lock was deleted/);
    await writeOwner({ pid: 12_345 });
    await expect(lock.check()).rejects.toThrow(/process 12345 on .* has taken it over/);
    await lock.release();
    expect(existsSync(file)).toBe(true);
  });

  test("goes to one of many that reach for a dead one's at the same time", { timeout: 120_000 }, async () => {
    for (let round = 0; round < 3; round++) {
      await writeOwner({ started: "1" });
      const start = Date.now() + 1500;
      const takers = Array.from({ length: 6 }, () => takerAt(start));
      const said = await Promise.all(takers.map((taker) => taker.said));
      expect(
        said.filter((text) => text === "taken"),
        said.join("\n"),
      ).toHaveLength(1);
      for (const text of said) if (text !== "taken") expect(text).toMatch(/is being trained by process \d+/);
      await Promise.all(takers.map((taker) => taker.kill()));
      expect(readdirSync(folder)).toEqual([lockFile]);
    }
  });

  test("goes to one of many calls within a process", async () => {
    for (let round = 0; round < 20; round++) {
      await writeOwner({ started: "1" });
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => RunLock.take(folder)));
      const locks = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(locks).toHaveLength(1);
      await locks[0]?.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

test("two commands that resume one run: the second is refused, reading goes on, the first ends well", {
  timeout: 120_000,
}, async () => {
  const data = writeTinyData(path.join(scratch.folder, "tiny"));
  const args = [
    "train",
    data,
    "--out",
    folder,
    "--resume",
    "--hidden",
    "16",
    "--batch",
    "8",
    "--threads",
    "1",
  ];
  const child = spawn(process.execPath, [main, ...args, "--epochs", "100000", "--no-pictures"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const closed = once(child, "close");
  await new Promise<void>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (/epoch +3\//.test(output)) resolve();
    });
  });
  const second = await runCli([...args, "--epochs", "100000", "--no-pictures"]);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(new RegExp(`is being trained by process ${child.pid}, since`));
  expect((await runCli(["inspect", folder])).code).toBe(0);
  child.kill("SIGINT");
  await closed;
  expect(existsSync(file)).toBe(false);
  const epochs = readFileSync(path.join(folder, "metrics.jsonl"), "utf8").trim().split("\n");
  expect(epochs.map((line) => (JSON.parse(line) as { epoch: number }).epoch)).toEqual(
    epochs.map((_, i) => i + 1),
  );
});
