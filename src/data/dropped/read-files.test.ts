import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { encode } from "fast-png";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RandomStream, tensor, UserError } from "../../tensor/index.js";
import { plainPng } from "../../testing/picture-files.js";
import { type Dataset, datasets, encodeIdx, encodeNpy } from "../index.js";
import { loadPictures } from "../pictures/load.js";
import { pngReader } from "../pictures/png-reader.js";
import type { PictureSettings } from "../pictures/settings.js";
import { type FilesProgress, readFiles, type ReadFilesOptions } from "./read-files.js";
import type { PlacedFile } from "./some-file.js";

let base: string;
let dir: string;
const cached = process.env.LATENT_CACHE;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "latent-dropped-"));
  dir = join(base, "things");
  await mkdir(dir);
  process.env.LATENT_CACHE = join(base, "cache");
});
afterEach(async () => {
  if (cached === undefined) delete process.env.LATENT_CACHE;
  else process.env.LATENT_CACHE = cached;
  await rm(base, { recursive: true });
});

async function put(name: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(dir, name)), { recursive: true });
  await writeFile(join(dir, name), content);
}

/** What a browser hands over of a file. */
async function fileAt(path: string): Promise<File> {
  return new File([await readFile(path)], basename(path));
}

/** What a browser hands over of the whole folder, in any order. */
async function chosen(): Promise<PlacedFile[]> {
  const names = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).reverse();
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path: path.slice(base.length + 1), file: await fileAt(path) };
    }),
  );
}

/** A data set as it can be compared: numbers as they are, without where it came from and what the files are called. */
function comparable({ notes, schema, name, ...others }: Dataset): unknown {
  const rest: Partial<Dataset> = { ...others };
  delete (rest as { source?: string }).source;
  const json = JSON.stringify({ notes, schema, name }).replaceAll(`${base}/`, "");
  return { ...rest, ...(JSON.parse(json.replaceAll("things/", "")) as object) };
}

function expectSame(got: Dataset, expected: Dataset): void {
  expect(comparable(got)).toEqual(comparable(expected));
}

async function refused(
  message: RegExp,
  files: readonly PlacedFile[],
  options: ReadFilesOptions = {},
): Promise<void> {
  const error: unknown = await readFiles(files, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(message);
}

const numbers = (length: number, seed: number): Float32Array =>
  new RandomStream(seed, "numbers").uniform(new Float32Array(length), 0);
const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from(numbers(length, seed), (u) => u * 256);
const labelsOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 10);

describe("arrays", () => {
  test("MNIST's files, gzipped or not, are what Node makes of them", async () => {
    await put("train-images-idx3-ubyte.gz", gzipSync(encodeIdx(tensor("uint8", [50, 4, 3], bytes(600, 1)))));
    await put("train-labels-idx1-ubyte", encodeIdx(tensor("uint8", [50], labelsOf(50))));
    await put("t10k-images-idx3-ubyte", encodeIdx(tensor("uint8", [20, 4, 3], bytes(240, 2))));
    await put("t10k-labels-idx1-ubyte.gz", gzipSync(encodeIdx(tensor("uint8", [20], labelsOf(20)))));
    const told: FilesProgress[] = [];
    const data = await readFiles(await chosen(), { onProgress: (one) => told.push(one) });
    expectSame(data, await datasets.folder(dir));
    expect(data.name).toBe("things");
    expect(told.at(-1)).toMatchObject({ name: "things", unit: "bytes" });
  });

  test("NumPy's, of any number type and order, with a held out test part", async () => {
    await put("x_train.npy", encodeNpy(tensor("float64", [40, 5], Float64Array.from(numbers(200, 3)))));
    await put("y_train.npy", encodeNpy(tensor("int32", [40, 1], Int32Array.from(labelsOf(40)))));
    expectSame(await readFiles(await chosen()), await datasets.folder(dir));
  });

  test("a file by itself, whatever it is called, and options of arrays", async () => {
    await put("some.npy", encodeNpy(tensor("uint8", [30, 3, 8, 8], bytes(30 * 192, 4))));
    const options = { bytes: "plain", whole: true, layout: "channels-first", name: "mine" } as const;
    const path = join(dir, "some.npy");
    expectSame(await readFiles([await fileAt(path)], options), await datasets.folder(path, options));
    const [only] = await chosen();
    expect((await readFiles(only === undefined ? [] : [only])).shape).toEqual([8, 8, 3]);
  });

  test("what is damaged, too large, or several sets", async () => {
    const whole = encodeIdx(tensor("uint8", [50, 4, 3], bytes(600, 1)));
    await put("train-images-idx3-ubyte", whole.subarray(0, 300));
    await refused(/^train-images-idx3-ubyte is cut off: its header says/, await chosen());
    await put("train-images-idx3-ubyte", gzipSync(whole).subarray(0, 200));
    await refused(/^train-images-idx3-ubyte is a damaged or cut off gzip file/, await chosen());
    await put("train-images-idx3-ubyte", whole);
    await refused(
      /train-images-idx3-ubyte: the examples take 1 MiB .* limits: \{ memory \}/,
      await chosen(),
      {
        limits: { memory: 599 },
      },
    );
    await refused(/train-images-idx3-ubyte has 1 MiB, more than .* limits: \{ fileBytes \}/, await chosen(), {
      limits: { fileBytes: 100 },
    });
    await refused(/readFiles: size is not for arrays/, await chosen(), { size: 8 });
    await put("a-train-images-idx3-ubyte", whole);
    await put("b-train-images-idx3-ubyte", whole);
    await rm(join(dir, "train-images-idx3-ubyte"));
    await refused(/several data sets \(a, b\): choose those of one/, await chosen());
  });
});

const table = (rows: number): string =>
  `name,age,city,joined,paid\n${Array.from({ length: rows }, (_, i) => {
    const city = ["Rome", "Paris", "Oslo, N", ""][i % 4] ?? "";
    return `n${i},${20 + ((i * 7) % 50)},"${city}",2024-01-${String(1 + (i % 28)).padStart(2, "0")},${i % 3 === 0}`;
  }).join("\n")}\n`;

describe("tables", () => {
  test.each([
    ["t.csv", table(300)],
    ["t.csv.gz", gzipSync(table(300))],
    ["t.tsv", table(200).replaceAll(",", "\t").replaceAll("Oslo\t N", "Oslo")],
    ["latin.csv", Buffer.from("stadt;wert\r\nKöln;1,5\r\nBonn;2,25\r\nKöln;3\r\n".repeat(9), "latin1")],
    ["wide.csv", Buffer.from(`\ufeff${table(50)}`, "utf16le")],
  ])("%s is what Node makes of it", async (name, content) => {
    await put(name, content);
    const options = { validation: 0.2, seed: 5 };
    expectSame(await readFiles(await chosen(), options), await datasets.table(join(dir, name), options));
  });

  test.each(["t.jsonl", "t.json"])("%s has the rows that Node reads", async (name) => {
    const rows = Array.from({ length: 120 }, (_, i) => ({
      n: (i * 37) % 101,
      x: Math.round(1000 * Math.sin(i)) / 8,
      s: ["a", "b", "it's"][i % 3],
      b: i % 4 === 0,
      m: i % 5 === 0 ? null : i % 7,
    }));
    await put(
      name,
      name === "t.json" ? JSON.stringify(rows) : rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
    expectSame(await readFiles(await chosen()), await datasets.table(join(dir, name)));
  });

  test("by a schema, and as it was learned before", async () => {
    await put("t.csv", table(100));
    const path = join(dir, "t.csv");
    const first = await datasets.table(path);
    if (first.schema?.kind !== "columns" || first.schema.table === undefined) throw new Error("no table");
    const fitted = first.schema.table;
    expectSame(await readFiles(await chosen(), { fitted }), await datasets.table(path, { fitted }));
    const schema = { ...fitted.schema, columns: fitted.schema.columns.slice(1, 3), constraints: [] };
    expectSame(await readFiles(await chosen(), { schema }), await datasets.table(path, { schema }));
  });

  test("what is damaged, too long, or too many", async () => {
    await put("t.csv", "a,b\n1,2\n3\n");
    await refused(/^t\.csv, line 3: there are 1 cells, but 2 columns/, await chosen());
    await put("t.csv", table(40));
    await refused(/^t\.csv has more than 20 rows: .* limits: \{ rows \}/, await chosen(), {
      limits: { rows: 20 },
    });
    await refused(/^t\.csv: its numbers take 1 MiB of memory/, await chosen(), { limits: { memory: 20 } });
    await refused(/readFiles: colour is not for tables, as which t\.csv is read/, await chosen(), {
      colour: "grey",
    });
    await put("u.csv", table(40));
    await refused(/there are 2 tables, t\.csv and u\.csv among them: choose one/, await chosen());
    await rm(join(dir, "u.csv"));
    await rm(join(dir, "t.csv"));
    await put("v.jsonl", '{"a": 1}\n{"a": \n');
    await refused(/^v\.jsonl, line 2 is no JSON/, await chosen());
  });
});

describe("pictures", () => {
  const pixels = (width: number, height: number, channels: number, seed: number): Uint8Array =>
    encode({ width, height, channels, data: bytes(width * height * channels, seed) });

  test.each([
    [1, {}],
    [3, {}],
    [4, { colour: "rgba" }],
  ] as const)("PNG of %i channels in folders are what Node makes of them, %j", async (channels, options) => {
    for (let i = 0; i < 12; i++) await put(`cats/${i}.png`, pixels(5, 4, channels, i));
    for (let i = 0; i < 8; i++) await put(`dogs/small/${i}.png`, pixels(5, 4, channels, 100 + i));
    await put("notes.md", "hello");
    const data = await readFiles(await chosen(), options);
    expectSame(data, await loadPictures(dir, options));
    expect(data.classes).toEqual(["cats", "dogs"]);
  });

  test.each([
    [2, { background: "#102030" }],
    [4, { colour: "grey", background: "black" }],
    [4, { size: "3x5", fit: "pad", colour: "rgba" }],
    [3, { size: 3 }],
  ] as const)(
    "PNG of %i channels, transparent or resized, are what Node reads without sharp, %j",
    async (channels, options) => {
      for (let i = 0; i < 3; i++) await put(`${i}.png`, pixels(5, 4, channels, i));
      const { train, picture } = await readFiles(await chosen(), { ...options, whole: true });
      const each = train.examples.data.length / 3;
      for (let i = 0; i < 3; i++) {
        const expected = await pngReader.decode(
          await readFile(join(dir, `${i}.png`)),
          picture as PictureSettings,
        );
        expect(train.examples.data.slice(i * each, (i + 1) * each)).toEqual(expected.pixels);
      }
    },
  );

  test("the parts train, test and validation; hidden files are not looked at", async () => {
    for (const part of ["train", "test", "valid"])
      for (const label of ["7", "10"])
        for (let i = 0; i < 3; i++) await put(`${part}/${label}/${i}.png`, pixels(4, 4, 1, i));
    await put("train/7/.DS_Store", "x");
    await put("__MACOSX/train/7/0.png", "x");
    expectSame(await readFiles(await chosen()), await loadPictures(dir));
  });

  test("classes by the beginnings of names, or none; and a webkitRelativePath", async () => {
    const files = ["cat-1.png", "cat-2.png", "dog_1.png", "dog (2).png"].map((name, i) => {
      const file = new File([pixels(4, 4, 1, i)], name);
      return Object.assign(file, { webkitRelativePath: `pets/${name}` });
    });
    const data = await readFiles(files, { labels: "names", whole: true });
    expect(data.name).toBe("pets");
    expect(data.classes).toEqual(["cat", "dog"]);
    expect([...(data.train.labels ?? [])]).toEqual([0, 0, 1, 1]);
    expect(data.train.ids).toEqual(["cat-1.png", "cat-2.png", "dog (2).png", "dog_1.png"]);
    expect((await readFiles(files, { labels: "none" })).classes).toBeUndefined();
  });

  test("are brought to a size as Node without sharp does", async () => {
    for (let i = 0; i < 4; i++) await put(`${i}.png`, pixels(9 + i, 7, 3, i));
    await refused(
      /^things: the pictures are of different sizes, such as 9x7 \(0\.png\) and 10x7/,
      await chosen(),
    );
    const { train, notes } = await readFiles(await chosen(), { size: "6x4", fit: "pad", whole: true });
    expect(train.examples.shape).toEqual([4, 4, 6, 3]);
    expect(notes.join(" ")).toMatch(
      /Brought to 6x4 \(width x height\), other proportions padded with #ffffff; rgb/,
    );
  });

  test("broken files stop everything by their names, or are skipped", async () => {
    for (let i = 0; i < 5; i++) await put(`${i}.png`, plainPng(4, 4, [i, 0, 0]));
    await put("bad.png", plainPng(4, 4, [9, 0, 0]).subarray(0, 40));
    await put("fake.jpg", "no picture at all");
    await refused(
      /things: 2 files can't be read as pictures: bad\.png \(.*\), fake\.jpg \(it is no PNG, JPEG/,
      await chosen(),
    );
    const { train, notes } = await readFiles(await chosen(), { broken: "skip", whole: true });
    expect(train.length).toBe(5);
    expect(notes.join(" ")).toMatch(/2 broken files skipped: bad\.png/);
  });

  test("a picture of too many pixels is not decoded, and all are to fit the memory", async () => {
    for (let i = 0; i < 3; i++) await put(`${i}.png`, plainPng(4, 4, [i, 0, 0]));
    await put("large.png", plainPng(300, 200, [1, 2, 3]));
    await refused(
      /large\.png \(it is 300 x 200, more than the 1,000 pixels .*limits: \{ pixels \}/,
      await chosen(),
      {
        size: 4,
        limits: { pixels: 1000 },
      },
    );
    await refused(/things: 4 pictures of 4x4 take 1 MiB of memory, .* give a smaller size/, await chosen(), {
      size: 4,
      limits: { memory: 100 },
    });
  });

  test("progress is told by files, and an abort is heard", async () => {
    for (let i = 0; i < 6; i++) await put(`${i}.png`, plainPng(4, 4, [i, 0, 0]));
    const told: number[] = [];
    await readFiles(await chosen(), { onProgress: ({ done }) => told.push(done) });
    expect(told).toEqual([1, 2, 3, 4, 5, 6]);
    const stop = new AbortController();
    const files = await chosen();
    const reading = readFiles(files, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(reading).rejects.toThrow("enough");
  });
});

test("what is nothing, too much, or not read in a page", async () => {
  await refused(/there are no files to read/, []);
  await put("x.npz", "PK");
  await refused(
    /nothing can be read as data of x\.npz\. .* x\.npz is not read in a page: write it as one of these/,
    await chosen(),
  );
  await put("digits.npy", encodeNpy(tensor("uint8", [3, 2], bytes(6, 1))));
  await put("y.npy", encodeNpy(tensor("uint8", [3], bytes(3, 1))));
  await refused(/more than the 2 that are read at once: choose fewer/, await chosen(), {
    limits: { files: 2 },
  });
  await rm(join(dir, "x.npz"));
  await refused(/If digits\.npy holds the examples, choose it alone/, await chosen());
});
