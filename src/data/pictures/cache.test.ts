import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainPng, PictureFiles } from "../../testing/picture-files.js";
import type { Dataset } from "../dataset.js";
import { entryFiles } from "./cache-entry.js";
import { makeRoom, useEntry } from "./cache-room.js";
import type { PicturesOptions } from "./load.js";

let files: PictureFiles;
let cache: string;
beforeEach(async () => {
  files = await PictureFiles.make();
  ({ cache } = files);
});
afterEach(() => files.remove());

const put = (name: string, content: Uint8Array | string): Promise<void> => files.put(name, content);
const load = (options: PicturesOptions = {}): Promise<Dataset> => files.load(options);
const firstPixels = (options: PicturesOptions = {}): Promise<number[][]> => files.firstPixels(options);

const red = [255, 0, 0];
const blue = [0, 0, 255];

describe("the cache", () => {
  const entries = async (): Promise<string[]> => (await readdir(cache)).sort();

  it("is used again while nothing changes, and not once anything does", async () => {
    for (let i = 0; i < 5; i++) await put(`${i}.png`, plainPng(2, 2, red));
    const told: number[] = [];
    const options = { onPictures: ({ done }: { done: number }) => told.push(done) };
    await load(options);
    await load(options);
    expect(told).toEqual([5]);
    expect(await entries()).toHaveLength(1);
    await put("4.png", plainPng(2, 2, blue));
    await utimes(join(files.dir, "4.png"), new Date(0), new Date(0));
    expect((await firstPixels(options)).at(-1)).toEqual([...blue]);
    expect(told).toEqual([5, 5]);
    expect(await entries()).toHaveLength(2);
  });

  it("is made anew where its pixels are not those that were written", async () => {
    await put("a.png", plainPng(2, 2, red));
    await firstPixels({});
    const [entry = ""] = await entries();
    const file = join(cache, entry, entryFiles.pixels);
    await writeFile(file, new Uint8Array(12).fill(7));
    expect(await firstPixels({})).toEqual([[...red]]);
    await truncate(file, 5);
    expect(await firstPixels({})).toEqual([[...red]]);
    expect(await entries()).toEqual([entry]);
  });

  it("goes on with what was interrupted", async () => {
    for (let i = 0; i < 600; i++)
      await put(`${String(i).padStart(3, "0")}.png`, i === 3 ? "no" : plainPng(1, 1, [i % 256]));
    const stop = new AbortController();
    const stopped = load({
      signal: stop.signal,
      onPictures: ({ done }) => {
        if (done >= 256) stop.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    const [part = ""] = await entries();
    expect(part).toMatch(/\.part$/);
    const told: number[] = [];
    const found = await firstPixels({ broken: "skip", onPictures: ({ done }) => told.push(done) });
    expect(told).toEqual([512, 600]);
    expect(found.map(([value]) => value)).toEqual(
      Array.from({ length: 600 }, (_, i) => i % 256).filter((_, i) => i !== 3),
    );
    expect(await entries()).toHaveLength(1);
  });

  it("is shared by several that decode the same at a time", async () => {
    for (let i = 0; i < 300; i++) await put(`${i}.png`, plainPng(2, 2, [i % 256, 1, 2]));
    const all = await Promise.all(Array.from({ length: 4 }, () => firstPixels({ memory: 0 })));
    for (const found of all) expect(found).toEqual(all[0]);
    expect(await entries()).toHaveLength(1);
  });

  it("is shared by processes", async () => {
    for (let i = 0; i < 300; i++) await put(`${i}.png`, plainPng(2, 2, [i % 256, 1, 2]));
    await firstPixels({});
    const [entry = ""] = await entries();
    const made = join(cache, entry);
    // Another process of this number runs: its entry is not removed; one of an ended process is.
    await cp(made, join(cache, "old"), { recursive: true });
    await rm(join(cache, "old", `user-${process.pid}`));
    await writeFile(join(cache, "old", "user-4194304"), "");
    expect(await useEntry(made)).toBe(true);
    await makeRoom(cache, 10, 0, "none");
    expect(await entries()).toEqual([entry]);
    expect(existsSync(join(made, entryFiles.pixels))).toBe(true);
  });

  it("removes what was unused the longest, as far as there must be room", async () => {
    for (const [name, age] of [
      ["first", 3],
      ["second", 2],
      ["third", 1],
    ] as const) {
      await mkdir(join(cache, name), { recursive: true });
      await writeFile(join(cache, name, entryFiles.pixels), new Uint8Array(100));
      await writeFile(join(cache, name, entryFiles.about), "{}");
      const used = new Date(Date.now() - age * 1e6);
      await utimes(join(cache, name, entryFiles.about), used, used);
    }
    await makeRoom(cache, 100, 250, "none");
    expect(await entries()).toEqual(["third"]);
    await makeRoom(cache, 100, 250, "none");
    expect(await entries()).toEqual(["third"]);
  });
});
