import { execFileSync } from "node:child_process";
import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encode } from "fast-png";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../tensor/index.js";
import { type Colour, plainPng, PictureFiles } from "../../testing/picture-files.js";
import { type Dataset, datasets, readExamples } from "../index.js";
import type { PicturesOptions } from "./load.js";
import { pngReader } from "./png-reader.js";
import { pictureReader } from "./reader.js";
import { heldOut } from "./split.js";

let files: PictureFiles;
let dir: string;
let cache: string;
beforeEach(async () => {
  files = await PictureFiles.make();
  ({ dir, cache } = files);
});
afterEach(() => files.remove());

const put = (name: string, content: Uint8Array | string): Promise<void> => files.put(name, content);
const load = (options: PicturesOptions = {}, path = dir): Promise<Dataset> => files.load(options, path);
const firstPixels = (options: PicturesOptions = {}): Promise<number[][]> => files.firstPixels(options);

async function refused(message: RegExp, options: PicturesOptions = {}, path = dir): Promise<void> {
  const error: unknown = await load(options, path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
}

const red: Colour = [255, 0, 0];
const blue: Colour = [0, 0, 255];

describe("layouts of folders", () => {
  it("takes folders for classes, nested ones for their outermost, and holds out a tenth of each", async () => {
    for (let i = 0; i < 20; i++) await put(`animals/cats/${i}.png`, plainPng(4, 4, red));
    for (let i = 0; i < 10; i++) await put(`animals/dogs/small/${i}.png`, plainPng(4, 4, blue));
    await put("animals/notes.txt", "hello");
    const data = await load();
    expect(data.classes).toEqual(["cats", "dogs"]);
    expect(data.shape).toEqual([4, 4, 3]);
    expect([data.train.length, data.test.length]).toEqual([27, 3]);
    expect([...(data.test.labels ?? [])].sort()).toEqual([0, 0, 1]);
    expect(data.train.ids?.[0]).toMatch(/^animals\/cats\/\d+\.png$/);
    expect(data.notes.join(" ")).toMatch(
      /1 file that is no picture: animals\/notes.txt.*2 classes: cats, dogs/,
    );
    const again = await load({ memory: 0 });
    expect(again.train.source).toBeDefined();
    for (const part of ["train", "test"] as const) {
      expect((await readExamples(again[part], 0)).data).toEqual(data[part].examples.data);
      expect(again[part].labels).toEqual(data[part].labels);
      expect(again[part].ids).toEqual(data[part].ids);
    }
  });

  it("takes train, test and validation for parts, as ImageFolder does", async () => {
    await put("train/a/1.png", plainPng(2, 2, red));
    await put("train/b/2.png", plainPng(2, 2, blue));
    await put("test/b/3.png", plainPng(2, 2, blue));
    await put("val/a/4.png", plainPng(2, 2, red));
    await put("elsewhere.png", plainPng(2, 2, red));
    const data = await load();
    expect([data.train, data.test, data.validation].map((split) => split?.ids)).toEqual([
      ["train/a/1.png", "train/b/2.png"],
      ["test/b/3.png"],
      ["val/a/4.png"],
    ]);
    expect([...(data.test.labels ?? [])]).toEqual([1]);
    expect(data.notes.join(" ")).toMatch(
      /1 picture outside of train, test and validation not used: elsewhere.png/,
    );
  });

  it("reads metadata.csv beside the pictures, and a list given as the path", async () => {
    await put("train/1.png", plainPng(2, 2, red));
    await put("train/2.png", plainPng(2, 2, blue));
    await put("train/left.png", plainPng(2, 2, blue));
    await put("train/metadata.csv", '\uFEFFfile_name,label,text\r\n2.png,10,"a, blue"\r\n1.png,9,red\r\n');
    const data = await load({ whole: true });
    expect(data.train.ids).toEqual(["train/2.png", "train/1.png"]);
    expect(data.train.captions).toEqual(["a, blue", "red"]);
    expect(data.classes).toEqual(["9", "10"]);
    expect([...(data.train.labels ?? [])]).toEqual([1, 0]);
    expect(data.notes.join(" ")).toMatch(
      /1 picture that train\/metadata.csv doesn't name not used: train\/left.png/,
    );
    await put(
      "list.jsonl",
      '{"image": "train/1.png", "split": "test"}\n\n{"image": "train/2.png", "split": "train"}\n',
    );
    const listed = await datasets.folder(join(dir, "list.jsonl"), { size: 2 });
    expect([listed.train.ids, listed.test.ids]).toEqual([["train/2.png"], ["train/1.png"]]);
  });

  it("is what datasets.folder makes of a folder of pictures, and of arrays it refuses what is for pictures", async () => {
    vi.stubEnv("LATENT_CACHE", cache);
    await put("1.png", plainPng(2, 2, red));
    await put("2.png", plainPng(2, 2, red));
    const data = await datasets.folder(dir, { colour: "grey" });
    expect(data.shape).toEqual([2, 2]);
    expect(data.picture).toEqual({
      size: "2x2",
      fit: "crop",
      colour: "grey",
      background: "#ffffff",
      broken: "fail",
    });
    await expect(datasets.folder(dir, { transposed: true })).rejects.toThrow(/transposed is for arrays/);
    vi.unstubAllEnvs();
  });

  it("says what there is where there are no pictures", async () => {
    await put("notes.txt", "hello");
    await refused(/photos holds no pictures.*1 file that is no picture: notes.txt/);
    await refused(/can't read .*nowhere: it does not exist/, {}, join(dir, "nowhere"));
  });
});

describe("what pictures become", () => {
  it.each([
    ["white", [255, 127, 127]],
    ["#000", [128, 0, 0]],
  ] as const)("transparency on %s", async (background, expected) => {
    await put("a.png", plainPng(2, 2, [255, 0, 0, 128]));
    for (const [i, value] of ((await firstPixels({ background }))[0] ?? []).entries()) {
      expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThanOrEqual(1);
    }
    expect(await firstPixels({ background, colour: "rgba" })).toEqual([[255, 0, 0, 128]]);
  });

  it("every format, grey of 16 bits and EXIF orientation", async () => {
    const picture = {
      create: { width: 8, height: 8, channels: 3 as const, background: { r: 200, g: 100, b: 50 } },
    };
    for (const format of ["png", "jpeg", "webp", "avif", "gif", "tiff"] as const) {
      await put(`1-${format}.${format}`, await sharp(picture).toFormat(format, { quality: 100 }).toBuffer());
    }
    for (const pixel of await firstPixels({})) {
      for (const [i, value] of pixel.entries())
        expect(Math.abs(value - ([200, 100, 50][i] ?? 0))).toBeLessThan(6);
    }
    await rm(dir, { recursive: true });
    const deep = Uint16Array.from({ length: 8 }, () => 257 * 99);
    await put("deep.png", encode({ width: 4, height: 2, channels: 1, depth: 16, data: deep }));
    const data = await load({ whole: true });
    expect(data.shape).toEqual([2, 4]);
    expect(new Set((await readExamples(data.train, 0)).data)).toEqual(new Set([99]));
    expect(data.notes.join(" ")).toMatch(/All of more than 8 bits, rounded to 8/);
    await rm(dir, { recursive: true });
    const left = Buffer.alloc(8 * 4 * 3).fill(0);
    for (let y = 0; y < 4; y++) left.fill(255, y * 24, y * 24 + 12);
    const raw = sharp(left, { raw: { width: 8, height: 4, channels: 3 } });
    await put("turned.png", await raw.withMetadata({ orientation: 6 }).png().toBuffer());
    const turned = await load({ whole: true, colour: "grey" });
    expect(turned.shape).toEqual([8, 4]);
    const rows = [...(await readExamples(turned.train, 0)).data];
    expect([rows[0], rows.at(-1)]).toEqual([255, 0]); // left became top
  });

  it("crop, fit and pad, the same through sharp and in JavaScript", async () => {
    // 8 x 4: red, green, green, blue, each 2 wide.
    const colours = [red, [0, 255, 0], [0, 255, 0], blue];
    const data = Uint8Array.from(
      { length: 8 * 4 * 3 },
      (_, i) => colours[Math.floor(((i / 3) % 8) / 2)]?.[i % 3] ?? 0,
    );
    const bytes = encode({ width: 8, height: 4, channels: 3, data });
    const sharps = await pictureReader([], dir);
    const middle = { crop: [0, 255, 0], fit: red, pad: [255, 255, 255] } as const;
    for (const fit of ["crop", "fit", "pad"] as const) {
      const settings = { size: "4x4", fit, colour: "rgb", background: "#ffffff", broken: "fail" } as const;
      const mine = (await pngReader.decode(bytes, settings)).pixels;
      const other = (await sharps.decode(bytes, settings)).pixels;
      expect([...mine.subarray(0, 3)]).toEqual([...middle[fit]]);
      for (const [i, value] of [...mine.subarray(0, 3)].entries()) {
        expect(Math.abs(value - (other[i] ?? 0))).toBeLessThan(40); // sharper kernels ring
      }
    }
    const large = await pngReader.decode(plainPng(2, 2, [10, 20, 30, 0]), {
      ...{ size: "6x4", fit: "pad", colour: "rgba", background: "#ffffff", broken: "fail" },
    });
    expect([...large.pixels.subarray(0, 4)]).toEqual([255, 255, 255, 0]);
  });

  it("asks for a size where sizes differ or are large, with one to begin with", async () => {
    await put("a.png", plainPng(40, 40, red));
    await put("b.png", plainPng(100, 50, red));
    await refused(/different sizes, such as 40x40 \(a.png\) and 100x50 \(b.png\).*--size 48x48/);
    await rm(join(dir, "b.png"));
    expect((await load({ whole: true })).shape).toEqual([40, 40, 3]);
    await put("a.png", plainPng(400, 300, red));
    await refused(/the pictures are large, 400x300; give the size.*--size 64x64/);
    await refused(/a size of pictures is width x height, such as 64x64.*got "0x4"/, { size: "0x4" });
    await refused(/background is white, black, grey or #rrggbb/, { background: "pinkish" });
  });

  it("works without sharp for PNG alone, and says how to install it for others", async () => {
    await put("a.png", plainPng(2, 2, red));
    const missing = () => Promise.reject(new Error("Cannot find package 'sharp'"));
    const file = (name: string) => ({ name, path: join(dir, name), size: 1, modified: 0, changed: 0 });
    expect(await pictureReader([file("a.png")], dir, missing)).toBe(pngReader);
    await expect(pictureReader([file("a.png"), file("b.JPG")], dir, missing)).rejects.toThrow(
      /holds \.jpg pictures, such as b\.JPG, which take the package sharp.*npm install sharp/,
    );
    expect(await pngReader.header(await readFile(join(dir, "a.png")))).toEqual({
      width: 2,
      height: 2,
      grey: false,
    });
  });
});

describe("what is refused", () => {
  const settings = {
    size: "2x2",
    fit: "crop",
    colour: "rgb",
    background: "#ffffff",
    broken: "fail",
  } as const;

  it("broken files by name, unless they are to be skipped", async () => {
    for (const name of ["a", "b", "c"]) await put(`${name}.png`, plainPng(4, 4, red));
    const whole = await sharp({ create: { width: 64, height: 64, channels: 3, background: "red" } })
      .jpeg()
      .toBuffer();
    await put("cut.jpg", whole.subarray(0, whole.length / 2));
    await put("text.png", "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>");
    await put("empty.gif", "");
    await refused(
      /3 files can't be read as pictures: cut.jpg \(.*\), empty.gif \(.*\), text.png \(.*\).*--broken skip/,
      {
        size: 4,
      },
    );
    const data = await load({ size: 4, broken: "skip", whole: true });
    expect(data.train.ids).toEqual(["a.png", "b.png", "c.png"]);
    expect(data.notes[0]).toMatch(/^3 broken files skipped: cut.jpg/);
  });

  it("paths and links that lead out of the folder", async () => {
    await put("a.png", plainPng(2, 2, red));
    await writeFile(join(dirname(dir), "secret.png"), plainPng(2, 2, blue));
    for (const name of [
      "../secret.png",
      join(dirname(dir), "secret.png"),
      "x/../../secret.png",
      "..\\secret.png",
    ]) {
      await put("list.csv", `file_name\n${name}\n`);
      await refused(/list.csv, line 2: ".*secret.png" leads out of the folder/, {}, join(dir, "list.csv"));
    }
    await put("list.csv", "file_name\nb.png\n");
    await refused(/b.png .*line 2\): it does not exist/, {}, join(dir, "list.csv"));
    await symlink("a.png", join(dir, "same.png"));
    expect((await load({ whole: true })).train.length).toBe(2);
    await symlink("../secret.png", join(dir, "out.png"));
    await refused(/out.png is a link to .*secret.png, which lies outside of the folder/);
    await rm(join(dir, "out.png"));
    await symlink(dirname(dir), join(dir, "loop"));
    await refused(/loop is a link to a folder/);
    await put("list.csv", "file_name\nloop/secret.png\n");
    await refused(
      /loop\/secret.png .*line 2\) is a link to .*outside of the folder/,
      {},
      join(dir, "list.csv"),
    );
    await rm(join(dir, "loop"));
    await writeFile(join(dirname(dir), "secret.csv"), "file_name\na.png\n");
    await symlink("../secret.csv", join(dir, "metadata.csv"));
    await refused(/metadata.csv is a link to .*outside of the folder/);
  });

  it.skipIf(process.platform === "win32")("pipes with a picture's name", async () => {
    await put("a.png", plainPng(2, 2, red));
    execFileSync("mkfifo", [join(dir, "pipe.png")]);
    await refused(/pipe.png is a pipe, not a picture's file/, { broken: "skip" });
  });

  it("pictures that unpack to more than there is memory", async () => {
    const bomb = plainPng(2, 2, red);
    const huge = Uint8Array.from(bomb);
    new DataView(huge.buffer).setUint32(16, 60_000);
    new DataView(huge.buffer).setUint32(20, 60_000);
    await put("huge.png", huge);
    await put("a.png", plainPng(2, 2, red));
    await refused(/1 file can't be read as a picture: huge.png \(it says that it is 60000 x 60000/, {
      size: 2,
    });
    // The header of a small picture before the pixels of a large one.
    const lying = encode({ width: 2000, height: 2000, channels: 1, data: new Uint8Array(4e6) });
    new DataView(lying.buffer, lying.byteOffset).setUint32(16, 2);
    new DataView(lying.buffer, lying.byteOffset).setUint32(20, 2);
    await expect(pngReader.decode(lying, settings)).rejects.toThrow(/unpacks to more than its header says/);
  });
});

it("holds out of each class its share, and never all of it", () => {
  const labels = Int32Array.from({ length: 103 }, (_, i) => (i < 60 ? 0 : i < 100 ? 1 : 2 + (i % 3)));
  const held = heldOut(labels, 103);
  expect(held.length).toBe(10);
  expect(heldOut(labels, 103)).toEqual(held);
  const counts = [0, 1, 2, 3, 4].map((label) => held.filter((i) => labels[i] === label).length);
  expect(counts).toEqual([6, 4, 0, 0, 0]);
  expect(
    heldOut(
      Int32Array.from({ length: 5 }, (_, i) => i),
      5,
    ).length,
  ).toBe(1);
  expect(heldOut(undefined, 2)).toHaveLength(1);
});
