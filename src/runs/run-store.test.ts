import { strToU8, zipSync, type Zippable } from "fflate";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fromArrays } from "../data/index.js";
import { aWritableFolder } from "../model/folder-handle.js";
import { type TrainedVae, vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { UserError } from "../tensor/index.js";
import { MemoryFolder, MemoryLocks } from "../testing/memory-folder.js";
import type { Platform, Run } from "../train/index.js";
import { openRun, unzipRun, zipRun } from "../web-runs.js";
import type { TrainOptions } from "./index.js";
import { checkTraining } from "./options.js";
import { runStore } from "./run-store.js";
import { trainInHandle } from "./train-in-handle.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const model = vae({ input: [4], latent: 2, hidden: [4] });
const bytes = Uint8Array.from({ length: 160 }, (_, i) => (i * 7919) % 256);
const data = fromArrays({ shape: [4], train: bytes, test: bytes.slice(0, 40) });

async function train(folder: unknown, options: TrainOptions = {}): Promise<Run> {
  const asked = { epochs: 2, batchSize: 8, seed: 4, patience: 5, validation: 0.25, ...options, out: folder };
  const checked = checkTraining(model, data, asked, { out: aWritableFolder });
  return trainInHandle(platform, folder as MemoryFolder, model, data, checked);
}

const files: Record<string, Uint8Array> = {};
let finished: Run;
let locks: MemoryLocks;
const stub = (): void => {
  locks = new MemoryLocks();
  vi.stubGlobal("navigator", { locks });
  vi.stubGlobal("location", { origin: "https://here.example" });
};
beforeAll(async () => {
  stub();
  const folder = new MemoryFolder("made");
  finished = await train(folder);
  Object.assign(files, folder.files());
});
beforeEach(stub);
afterEach(() => vi.unstubAllGlobals());

const weightsOf = ({ weights }: TrainedVae) => weights;

describe("runStore", () => {
  test("lists runs with where they stand, the newest first, and passes over what is no run", async () => {
    const folder = new MemoryFolder("root");
    const store = runStore({ folder });
    expect(await store.list()).toEqual([]);
    expect(await store.has("done")).toBe(false);
    await train(await store.folder("done"));
    await store.folder("empty");
    await folder.put({ "note.txt": "x", "broken/config.json": "{" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const abort = new AbortController();
    const seen: string[] = [];
    await train(await store.folder("begun"), {
      epochs: 3,
      signal: abort.signal,
      onEvent: async ({ type }) => {
        if (type !== "epoch") return;
        abort.abort();
        seen.push(...(await store.list()).filter(({ name }) => name === "begun").map(({ state }) => state));
      },
    });
    const [first, ...others] = await store.list();
    expect(first).toMatchObject({ name: "begun", state: "interrupted", epoch: 1, epochs: 3, step: 4 });
    expect(Date.parse(first?.updated ?? "")).toBeGreaterThan(Date.parse(others[0]?.updated ?? ""));
    expect(others.find(({ name }) => name === "done")).toMatchObject({
      state: "finished",
      epoch: 2,
      epochs: 2,
      step: 8,
      config: { seed: 4 },
    });
    const broken = others.find(({ name }) => name === "broken");
    expect(broken).toMatchObject({ state: "damaged", config: undefined });
    expect(broken?.problem).toMatch(/broken\/config\.json is damaged/);
    expect(others).toHaveLength(2);
    expect(seen).toEqual(["training"]);
    expect([await store.has("done"), await store.has("empty")]).toEqual([true, false]);
    await store.remove("broken");
    expect(await store.has("broken")).toBe(false);
  });

  test("removes and renames runs, but none that is being trained", async () => {
    const store = runStore({ folder: new MemoryFolder("root") });
    const refused: string[] = [];
    const tell = (error: Error): void => void refused.push(error.message);
    await train(await store.folder("one"), {
      onEvent: async ({ type }) => {
        if (type !== "start") return;
        // what is not begun yet is no run
        await store.remove("one").catch(tell);
        await store.rename("one", "two").catch(tell);
      },
    });
    expect(refused).toHaveLength(2);
    for (const message of refused) expect(message).toMatch(/^one is being trained by another tab/);
    await store.rename("one", "two");
    expect((await store.list()).map(({ name }) => name)).toEqual(["two"]);
    const resumed = await train(await store.folder("two"), { resume: true });
    expect(resumed.stepsTrained).toBe(0);
    expect(resumed.model.weights).toEqual(finished.model.weights);
    await train(await store.folder("three"));
    await expect(store.rename("two", "three")).rejects.toThrow(/there is a run named three already/);
    await store.remove("two");
    await expect(store.remove("two")).rejects.toThrow(/there is no run named two/);
    for (const name of ["", "a/b", "..", " a", "a\\b"]) {
      await expect(store.folder(name)).rejects.toThrow(/a run's name is a text/);
      await expect(store.rename("three", name)).rejects.toThrow(UserError);
    }
  });

  test("says where there is no private file system", async () => {
    await expect(runStore().list()).rejects.toThrow(/no private file system, .* https/);
    const getDirectory = () => Promise.reject(Object.assign(new Error("no"), { name: "SecurityError" }));
    vi.stubGlobal("navigator", { locks, storage: { getDirectory } });
    await expect(runStore().list()).rejects.toThrow(/does not let this page have files/);
  });
});

describe("openRun", () => {
  test.each([
    ["a folder", async () => new MemoryFolder("run").put(files)],
    ["files by name", async () => files],
  ] as const)("gives settings, history and models out of %s", async (_, source) => {
    const run = await openRun(await source());
    expect(run.config.seed).toBe(4);
    expect(run.spec).toMatchObject({ latent: 2, epochs: 2, seed: 4 });
    expect(run.history).toEqual(finished.history);
    expect(weightsOf(await run.model("finished"))).toEqual(finished.model.weights);
    expect(weightsOf(await run.model("best"))).toEqual(finished.model.weights);
    expect(Object.keys((await run.model()).weights)).toEqual(Object.keys(finished.model.weights));
    await expect(run.model("first" as "last")).rejects.toThrow(/"last", "best" and "finished", not "first"/);
  });

  test("of a run that has not ended has no finished model, and says so", async () => {
    const folder = new MemoryFolder("begun");
    const abort = new AbortController();
    await train(folder, {
      signal: abort.signal,
      onEvent: ({ type }) => void (type === "epoch" && abort.abort()),
    });
    const run = await openRun(folder);
    await expect(run.model("finished")).rejects.toThrow(
      /begun\/model\/model\.json is missing: the run has not ended/,
    );
    expect(Object.keys((await run.model("last")).weights)).toEqual(Object.keys(finished.model.weights));
    await expect(openRun(new MemoryFolder("none"))).rejects.toThrow(
      /none\/config\.json is missing: there is no run/,
    );
    await expect(openRun({ "config.json": 3 } as never)).rejects.toThrow(
      /a folder's handle, or a run's files/,
    );
  });
});

describe("zipRun and unzipRun", () => {
  test("give back the very files, without locks and what was being written", async () => {
    const folder = await new MemoryFolder("run").put({
      ...files,
      "run.lock": "x",
      "checkpoint/a.7-1.part": "x",
    });
    const zip = await zipRun(folder);
    expect(await zipRun(folder)).toEqual(zip);
    const other = new MemoryFolder("other");
    await unzipRun(zip, other);
    expect(other.files()).toEqual(files);
    expect((await train(other, { resume: true })).model.weights).toEqual(finished.model.weights);
    await expect(unzipRun(zip, other)).rejects.toThrow(
      /^other holds a run already; unpack into another folder/,
    );
    await expect(zipRun(new MemoryFolder("none"))).rejects.toThrow(/none\/config\.json is missing/);
  });

  test("takes an archive whose files are in one folder, as other programs pack them", async () => {
    const inside = Object.entries(files).map(([name, content]) => [`my run/${name}`, content] as const);
    const zip = zipSync({ ...Object.fromEntries(inside), "__MACOSX/my run/._config.json": strToU8("x") });
    const folder = new MemoryFolder("run");
    await unzipRun(zip, folder);
    expect(folder.files()).toEqual(files);
  });

  const changed = (name: string, at: number): Uint8Array => {
    const content = new Uint8Array(files[name] as Uint8Array);
    content[at < 0 ? content.length + at : at]! ^= 1;
    return content;
  };
  test.each<[string, () => Zippable, RegExp]>([
    [
      "files that lead out of the folder",
      () => ({ ...files, "../x": strToU8("x") }),
      /a file "\.\.\/x", which no run has/,
    ],
    ["absolute names", () => ({ ...files, "/etc/x": strToU8("x") }), /"\/etc\/x", which no run has/],
    ["names of other systems", () => ({ ...files, "a\\..\\b": strToU8("x") }), /which no run has/],
    ["no run", () => ({ "a.txt": strToU8("x") }), /it has no config\.json/],
    [
      "damaged settings",
      () => ({ ...files, "config.json": strToU8("{") }),
      /the archive's config\.json is damaged/,
    ],
    [
      "a damaged checkpoint",
      () => ({ ...files, "checkpoint/last.safetensors": changed("checkpoint/last.safetensors", -1) }),
      /the archive's checkpoint\/last\.safetensors is damaged/,
    ],
    ["too much", () => ({ ...files, "images/x.png": new Uint8Array(2_000_000) }), /more than 1000000 bytes/],
    [
      "too many files",
      () => ({
        ...files,
        ...Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`images/${i}`, strToU8("x")])),
      }),
      /more than 50 files/,
    ],
  ])("refuses an archive with %s, before it writes anything", async (_, content, message) => {
    const folder = new MemoryFolder("run");
    const unzipping = unzipRun(zipSync(content()), folder, { bytes: 1_000_000, files: 50 });
    await expect(unzipping).rejects.toThrow(message);
    await expect(unzipping).rejects.toBeInstanceOf(UserError);
    expect(folder.files()).toEqual({});
  });

  test("refuses what is no archive, is cut off, or says that it is smaller than it is", async () => {
    const zip = zipSync({ ...files, "images/x": new Uint8Array(100_000) });
    const lying = zip.slice();
    const view = new DataView(lying.buffer);
    // the sizes that the directory says files unpack to
    for (let at = 0; at < lying.length - 4; at++)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 1, true);
    for (const bytes of [new Uint8Array(), strToU8("no archive"), zip.slice(0, -30), lying]) {
      const folder = new MemoryFolder("run");
      await expect(unzipRun(bytes, folder)).rejects.toBeInstanceOf(UserError);
      expect(folder.files()).toEqual({});
    }
  });
});
