import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fromArrays } from "../data/index.js";
import { aWritableFolder } from "../model/folder-handle.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { UserError } from "../tensor/index.js";
import { MemoryFolder, MemoryLocks, type Watch } from "../testing/memory-folder.js";
import { scratchFolder } from "../testing/run-cli.js";
import type { Platform, Run } from "../train/index.js";
import { type TrainOptions, trainOn } from "./index.js";
import { checkTraining } from "./options.js";
import { trainInHandle } from "./train-in-handle.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
afterAll(scratch.remove);

const model = vae({ input: [4], latent: 2, hidden: [4] });
const bytes = Uint8Array.from({ length: 160 }, (_, i) => (i * 7919) % 256);
const data = fromArrays({ shape: [4], train: bytes, test: bytes.slice(0, 40) });
const settings: TrainOptions = { epochs: 3, batchSize: 8, seed: 4, patience: 2, validation: 0.25 };

let locks: MemoryLocks;
beforeEach(() => {
  locks = new MemoryLocks();
  vi.stubGlobal("navigator", { locks });
  vi.stubGlobal("location", { origin: "https://here.example" });
});
afterEach(() => vi.unstubAllGlobals());

function train(folder: MemoryFolder, options: TrainOptions = {}): Promise<Run> {
  const checked = checkTraining(
    model,
    data,
    { ...settings, ...options, out: folder },
    { out: aWritableFolder },
  );
  return trainInHandle(platform, folder, model, data, checked);
}

/** All files below a folder of the disk, by name. */
function onDisk(folder: string): Record<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(folder, file), new Uint8Array(readFileSync(file))];
    }),
  );
}

function toDisk(name: string, files: Record<string, Uint8Array>): string {
  const folder = path.join(scratch.folder, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }
  return folder;
}

/** A page that ends at the `last`-th thing that it does to its folder. */
function ending(last: number): { readonly watch: Watch; readonly count: () => number } {
  let done = 0;
  const watch: Watch = () => {
    if (++done >= last) throw new Error("the page has ended");
  };
  return { watch, count: () => done };
}

describe("a run in a folder that a browser has handed out", () => {
  test("has the very files that Node writes", async () => {
    const folder = new MemoryFolder("kept");
    const out = path.join(scratch.folder, "node");
    const run = await train(folder);
    await trainOn(platform, model, data, { ...settings, out });
    expect(run.folder).toBe("kept");
    expect(Object.keys(folder.files()).sort()).toEqual(Object.keys(onDisk(out)).sort());
    expect(Object.keys(folder.files())).toContain("model/SHA256SUMS");
    for (const [name, content] of Object.entries(onDisk(out)))
      expect(Buffer.from(folder.files()[name] as Uint8Array), name).toEqual(Buffer.from(content));
  });

  test("goes on in Node, and a run of Node in the browser, bit for bit", async () => {
    const whole = await train(new MemoryFolder("whole"));
    const begun = new MemoryFolder("begun");
    await train(begun, { epochs: 1 });
    const out = toDisk("moved", begun.files());
    const inNode = await trainOn(platform, model, data, { out, resume: true, epochs: 3 });
    expect(inNode.model.weights).toEqual(whole.model.weights);
    const there = path.join(scratch.folder, "there");
    await trainOn(platform, model, data, { ...settings, epochs: 2, out: there });
    const inPage = await train(await new MemoryFolder("there").put(onDisk(there)), { resume: true });
    expect(inPage.stepsTrained).toBeLessThan(whole.stepsTrained);
    expect(inPage.model.weights).toEqual(whole.model.weights);
    expect(inPage.history).toEqual(whole.history);
  });

  test("loses nothing whenever its page is ended", async () => {
    const whole = await train(new MemoryFolder("whole"));
    const counted = ending(Infinity);
    await train(new MemoryFolder("counted").as(counted.watch));
    const all = counted.count();
    expect(all).toBeGreaterThan(100);
    for (let last = 1; last <= all; last += 7) {
      const folder = new MemoryFolder("ended");
      await train(folder.as(ending(last).watch)).catch(() => undefined);
      await locks.endPage();
      const resumed = await train(folder, { resume: true });
      expect(resumed.model.weights, `ended at ${last}`).toEqual(whole.model.weights);
      expect(resumed.history).toEqual(whole.history);
      const { "metrics.jsonl": metrics = new Uint8Array() } = folder.files();
      expect(Buffer.from(metrics).toString().trim().split("\n")).toHaveLength(whole.history.length);
    }
  }, 120_000);

  test("is refused where there is one already, and leaves an empty folder as it was", async () => {
    const folder = new MemoryFolder("first");
    await train(folder, { epochs: 1 });
    await expect(train(folder)).rejects.toThrow(
      "first holds a run already; resume it (`resume`), or choose another `out`",
    );
    await expect(train(folder, { resume: true, seed: 5 })).rejects.toThrow(/seed 4, but 5 is asked for/);
    const empty = new MemoryFolder("empty");
    const failing = train(empty, { lr: 1e30 });
    await expect(failing).rejects.toThrow(UserError);
    expect(empty.files()).toEqual({});
    for await (const [name] of empty.entries()) throw new Error(`${name} was left`);
  });

  test("says what the browser refuses, and which file", async () => {
    const full = new MemoryFolder("full").as((operation) => {
      if (operation === "close") throw Object.assign(new Error("no"), { name: "QuotaExceededError" });
    });
    await expect(train(full)).rejects.toThrow(
      /^can't write full\/run\.lock: the room .* is full: remove runs/,
    );
    const locked = new MemoryFolder("locked").as((operation) => {
      if (operation === "begin") throw Object.assign(new Error("no"), { name: "NotAllowedError" });
    });
    await expect(train(locked)).rejects.toThrow(/can't write locked\/run\.lock: the page has no permission/);
    vi.stubGlobal("navigator", {});
    await expect(train(new MemoryFolder("unsafe"))).rejects.toThrow(/no Web Locks, .* https/);
  });
});

describe("the lock of a run in a browser", () => {
  test("keeps a second tab out while the first trains, and lets it in when that has ended", async () => {
    const folder = new MemoryFolder("shared");
    const refused: unknown[] = [];
    await train(folder, {
      epochs: 1,
      onEvent: async ({ type }) => {
        if (type === "epoch")
          await train(folder, { resume: true }).catch((error: unknown) => refused.push(error));
      },
    });
    expect(refused).toHaveLength(1);
    expect(refused[0]).toBeInstanceOf(UserError);
    expect((refused[0] as Error).message).toMatch(
      /^shared is being trained by another tab, or by this page already\. Wait until that ends/,
    );
    expect(Object.keys(folder.files())).not.toContain("run.lock");
    expect((await train(folder, { resume: true, epochs: 2 })).history).toHaveLength(2);
  });

  test("is that of a page that was ended for nobody, and that of a process or another site for two minutes", async () => {
    const folder = new MemoryFolder("left");
    let operations = 0;
    const page = folder.as(() => {
      if (operations++ > 60) throw new Error("the page has ended");
    });
    await train(page).catch(() => undefined);
    expect(Object.keys(folder.files())).toContain("run.lock");
    await locks.endPage();
    await train(folder, { resume: true, epochs: 1 });

    const owner = { pid: 7, host: "elsewhere", since: new Date().toISOString(), nonce: "0123456789abcdef" };
    await folder.put({ "run.lock": JSON.stringify({ ...owner, machine: "boot", started: "1" }) });
    await expect(train(folder, { resume: true })).rejects.toThrow(
      /left is being trained by process 7 on elsewhere/,
    );
    const other = { ...owner, host: "https://other.example", machine: "web page", started: "" };
    await folder.put({ "run.lock": JSON.stringify(other) });
    await expect(train(folder, { resume: true })).rejects.toThrow(
      /by a web page of https:\/\/other\.example/,
    );
    const later = Date.now() + 121_000;
    vi.spyOn(Date, "now").mockImplementation(() => later);
    try {
      expect((await train(folder, { resume: true, epochs: 2 })).history).toHaveLength(2);
    } finally {
      vi.restoreAllMocks();
    }
  });

  test("is respected by Node, which names the page", async () => {
    const folder = new MemoryFolder("open");
    let out = "";
    await train(folder, {
      epochs: 1,
      onEvent: ({ type }) => {
        if (type === "epoch") out = toDisk("open", folder.files());
      },
    });
    await expect(trainOn(platform, model, data, { out, resume: true })).rejects.toThrow(
      /open is being trained by a web page of https:\/\/here\.example, since .*\. If that has died, delete/,
    );
  });

  test("stops a run whose lock was taken away", async () => {
    const folder = new MemoryFolder("robbed");
    const robbed = train(folder, {
      onEvent: async ({ type }) => {
        if (type === "start") await folder.removeEntry("run.lock");
      },
    });
    await expect(robbed).rejects.toThrow(
      /robbed is no longer this page's to write: robbed\/run\.lock was deleted/,
    );
  });
});
