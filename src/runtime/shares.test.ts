import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { input } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import { tensor, toNumbers } from "../tensor/index.js";
import { nodeBackend } from "./node.js";
import { sharedBackend } from "./shared-backend.js";
import { enterShare, leaveShare, type Share, shareFolder, shareOf } from "./shares.js";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(os.tmpdir(), "latent-shares-"));
  folder = path.join(parent, "engines");
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const threadsOf = (shares: readonly Share[], cores: number): number[] =>
  shares.map((share) => shareOf(share, cores).threads);
const alone = (): Share => ({ folder });

/** The number of a process that has ended. */
function endedProcess(): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["-e", ""]);
    child.on("close", () => resolve(child.pid as number));
  });
}

describe("engines", () => {
  test("have all cores when alone, equal parts otherwise, and all of them again afterwards", () => {
    expect(shareOf(alone(), 8)).toEqual({ threads: 8, others: 0 });
    const shares = [enterShare(undefined, folder)];
    expect(shareOf(shares[0] as Share, 8)).toEqual({ threads: 8, others: 0 });
    shares.push(enterShare(undefined, folder), enterShare(undefined, folder));
    expect(threadsOf(shares, 8)).toEqual([3, 3, 2]);
    expect(threadsOf(shares, 2)).toEqual([1, 1, 1]);
    expect(shareOf(shares[0] as Share, 8).others).toBe(2);
    for (const share of shares.splice(1)) leaveShare(share);
    expect(shareOf(shares[0] as Share, 8)).toEqual({ threads: 8, others: 0 });
    leaveShare(shares[0] as Share);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that were told their number of threads keep it; the others share the rest", () => {
    const told = enterShare(5, folder);
    const shares = [enterShare(undefined, folder), enterShare(undefined, folder)];
    expect(threadsOf(shares, 8)).toEqual([2, 1]);
    expect(threadsOf(shares, 4)).toEqual([1, 1]);
    for (const share of [told, ...shares]) leaveShare(share);
  });

  test("without a place see the others and are not seen", () => {
    const share = enterShare(undefined, folder);
    expect(shareOf(alone(), 2)).toEqual({ threads: 1, others: 1 });
    expect(shareOf(share, 2)).toEqual({ threads: 2, others: 0 });
    leaveShare(share);
  });
});

describe("files of others", () => {
  const entry = (more: object): string =>
    JSON.stringify({ host: os.hostname(), started: null, threads: null, ...more });
  const put = (id: string, text: string): void => {
    leaveShare(enterShare(undefined, folder)); // makes the folder
    writeFileSync(path.join(folder, id), text);
  };

  test("count while their process lives, and are removed when it has ended", async () => {
    const [dead, alive] = [`${await endedProcess()}.0`, `${process.pid}.99`];
    put(dead, entry({}));
    put(alive, entry({}));
    expect(shareOf(alone(), 2)).toEqual({ threads: 1, others: 1 });
    expect([dead, alive].map((id) => existsSync(path.join(folder, id)))).toEqual([false, true]);
  });

  test.runIf(process.platform === "linux")(
    "are removed when a later process has the number of one that ended",
    () => {
      put(`${process.pid}.99`, entry({ started: "1" }));
      expect(shareOf(alone(), 2)).toEqual({ threads: 2, others: 0 });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("of another machine are left alone; what is cut short counts; other files don't", () => {
    put("1.0", entry({ host: "elsewhere" }));
    put("notes.txt", "");
    expect(shareOf(alone(), 2)).toEqual({ threads: 2, others: 0 });
    put(`${process.pid}.98`, '{"host":');
    expect(shareOf(alone(), 2)).toEqual({ threads: 1, others: 1 });
    expect(readdirSync(folder).sort()).toEqual(["1.0", `${process.pid}.98`, "notes.txt"].sort());
  });
});

test("a folder that can't be used means being alone", () => {
  writeFileSync(folder, "a file");
  const share = enterShare(undefined, folder);
  expect(shareOf(share, 4)).toEqual({ threads: 4, others: 0 });
  rmSync(folder);
  symlinkSync(parent, folder);
  expect(enterShare(undefined, folder)).toEqual({ folder });
  expect(readdirSync(parent)).toEqual(["engines"]);
});

test("the folder is the user's own", () => {
  const before = process.env.XDG_RUNTIME_DIR;
  process.env.XDG_RUNTIME_DIR = "/run/user/7";
  expect(shareFolder()).toBe(path.join("/run/user/7", "latent-engines"));
  process.env.XDG_RUNTIME_DIR = "relative";
  expect(path.dirname(shareFolder())).toBe(os.tmpdir());
  if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
  else process.env.XDG_RUNTIME_DIR = before;
});

test("a session follows the number of threads between runs, with the same results", async () => {
  const x = input("x", "float32", [64, 300]);
  const graph = compile({ y: x.matmul(x.transpose()) });
  const native = await nodeBackend("cpu", 1);
  const opened: (number | undefined)[] = [];
  let [threads, time] = [2, 0];
  const backend = sharedBackend(
    {
      ...native,
      open: (model, options) => {
        opened.push(options?.threads);
        return native.open(model, options);
      },
    },
    () => threads,
    () => time,
  );
  const session = await backend.open(graph.bytes);
  const data = Float32Array.from({ length: 64 * 300 }, (_, i) => Math.sin(i));
  const run = async (): Promise<number[]> => {
    const { y } = await session.run({ x: tensor("float32", [64, 300], data) }, ["y"]);
    return toNumbers(y ?? tensor("float32", [0]));
  };
  const first = await run();
  threads = 1;
  expect(await run()).toEqual(first);
  expect(opened).toEqual([2]); // it has not looked again yet
  time = 1000;
  expect(await run()).toEqual(first);
  expect(opened).toEqual([2, 1]);
  await (await backend.open(graph.bytes, { threads: 3 })).close();
  expect(opened).toEqual([2, 1, 3]);
  await session.close();
});
