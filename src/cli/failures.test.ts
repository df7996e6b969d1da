import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
const small = ["--hidden", "16", "--batch", "64", "--threads", "1", "--epochs", "1", "--no-pictures"];

function expectFailure({ code, stderr }: CliResult, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
}

/** Mounts a small file system at `disk`, if this system lets us. */
function mount(options: string): boolean {
  mkdirSync(at("disk"), { recursive: true });
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", at("disk")]).status === 0;
}

function flipByte(file: string, position: number): void {
  const bytes = readFileSync(file);
  const index = position < 0 ? bytes.length + position : position;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

beforeAll(async () => {
  writeTinyData(at("tiny"));
  const { code, stderr } = await latent("train", "tiny", "--out", "good", ...small);
  expect(code, stderr).toBe(0);
});
afterAll(() => {
  spawnSync("umount", [at("disk")]);
  scratch.remove();
});

describe("damaged data", () => {
  const images = (): string => at("data", "train-images-idx3-ubyte");
  const labels = (): string => at("data", "train-labels-idx1-ubyte");
  beforeEach(() => {
    rmSync(at("data"), { recursive: true, force: true });
    cpSync(at("tiny"), at("data"), { recursive: true });
  });

  const damages: [string, () => void, RegExp][] = [
    ["truncated", () => truncateSync(images(), 1000), /train-images-idx3-ubyte is cut off/],
    ["empty", () => truncateSync(images(), 0), /train-images-idx3-ubyte is empty/],
    ["of a wrong magic", () => flipByte(images(), 0), /train-images-idx3-ubyte is not an idx file/],
    [
      "swapped",
      () => {
        const bytes = readFileSync(images());
        writeFileSync(images(), readFileSync(labels()));
        writeFileSync(labels(), bytes);
      },
      /train-images-idx3-ubyte holds labels, not images/,
    ],
    [
      "missing",
      () => readdirSync(at("data")).forEach((name) => rmSync(at("data", name))),
      /holds no training images/,
    ],
  ];
  test.each(damages)("%s: the file is named, and no run begun", async (_name, damage, message) => {
    damage();
    expectFailure(await latent("train", "data", "--out", "never", ...small), message);
    expect(existsSync(at("never"))).toBe(false);
  });

  test("a folder that does not exist, or is a mistyped name", async () => {
    expectFailure(await latent("train", "./nowhere", ...small), /folder .*nowhere: it does not exist/);
    expectFailure(await latent("train", "mnst", ...small), /did you mean "mnist"\?/);
  });
});

describe("damaged runs", () => {
  beforeEach(() => {
    rmSync(at("bad"), { recursive: true, force: true });
    cpSync(at("good"), at("bad"), { recursive: true });
  });

  test("a flipped byte anywhere in a checkpoint is noticed", async () => {
    const file = at("bad", "checkpoint", "last.safetensors");
    for (const position of [3, 200, -1, -4000]) {
      cpSync(at("good", "checkpoint", "last.safetensors"), file);
      flipByte(file, position);
      const resumed = await latent("train", "--out", "bad", "--resume", "--epochs", "2", "--no-pictures");
      expectFailure(resumed, /bad.checkpoint.last\.safetensors/);
    }
    rmSync(at("bad", "model", "model.json"));
    expectFailure(await latent("evaluate", "bad"), /last\.safetensors is damaged/);
  });

  test("a flipped byte in a saved model is noticed, and the checkpoint still serves", async () => {
    flipByte(at("bad", "model", "weights.safetensors"), -7);
    expectFailure(await latent("evaluate", "bad"), /weights\.safetensors is damaged/);
    expect((await latent("evaluate", "bad", "--checkpoint", "last", "--json")).code).toBe(0);
  });

  test("settings and model cards that are no JSON, and folders that hold nothing", async () => {
    writeFileSync(at("bad", "config.json"), "{");
    expectFailure(await latent("evaluate", "bad"), /config\.json/);
    mkdirSync(at("empty"), { recursive: true });
    expectFailure(await latent("generate", "empty"), /empty holds neither a run .* nor a model/);
    expectFailure(await latent("generate", "nowhere"), /nowhere: it does not exist/);
    expect(existsSync(at("generated.png"))).toBe(false);
  });

  test("a model folder works alone, but does not know its data", async () => {
    cpSync(at("good", "model"), at("alone"), { recursive: true });
    expect((await latent("generate", "alone", "--out", "alone.npy")).code).toBe(0);
    expect((await latent("evaluate", "alone", "--data", "tiny", "--json")).code).toBe(0);
    const { code, stderr } = await latent("evaluate", "alone");
    expect(code).toBe(2);
    expect(stderr).toMatch(/give --data/);
  });
});

describe("places that can't be written", () => {
  test("a file in the way, and folders that the system refuses", async () => {
    writeFileSync(at("file"), "");
    expectFailure(await latent("train", "tiny", "--out", "file/run", ...small), /file/);
    if (existsSync("/proc/self")) {
      expectFailure(
        await latent("train", "tiny", "--out", "/proc/run", ...small),
        /can't make the folder \/proc\/run/,
      );
      expectFailure(await latent("generate", "good", "--out", "/proc/g.png"), /can't write \/proc\/g\.png/);
    }
  });

  // Only root may mount; where nobody may, the test of run-folder.ts stands in.
  test.runIf(mount("size=100k"))("a full disk and a read-only one leave nothing half-written", async () => {
    try {
      const large = ["--hidden", "128", "--epochs", "1", "--threads", "1", "--no-pictures"];
      expectFailure(
        await latent("train", "tiny", "--out", "disk/run", ...large),
        /disk.run.*the disk is full/,
      );
      expect(readdirSync(at("disk"))).toEqual([]);
      expectFailure(
        await latent("generate", "good", "--n", "1000", "--out", "disk/g.npy"),
        /g\.npy: the disk is full/,
      );
      expect(readdirSync(at("disk"))).toEqual([]);
      spawnSync("mount", ["-o", "remount,ro", at("disk")]);
      expectFailure(await latent("train", "tiny", "--out", "disk/run", ...small), /disk.run: .*read-only/);
    } finally {
      spawnSync("mount", ["-o", "remount,rw", at("disk")]);
    }
  });
});

test("a run whose numbers become NaN stops, says what to change, and leaves no run behind", async () => {
  const args = ["train", "tiny", "--out", "nan", "--lr", "1e30", "--hidden", "16"];
  expectFailure(await latent(...args), /training stopped: .* became .* at step \d+ .*--lr/);
  expect(existsSync(at("nan"))).toBe(false);
});
