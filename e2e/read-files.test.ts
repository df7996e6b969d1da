import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { type Browser, type Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dataset, datasets, encodeIdx, encodeNpy } from "../src/data/index.js";
import { tensor } from "../src/tensor/index.js";
import { scratchFolder } from "../src/testing/run-cli.js";
import { executablePath, startChromium } from "./chromium.js";
import { serve } from "./serve.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = scratchFolder();
const minutes = 60_000;

interface Summary {
  readonly name: string;
  readonly shape: readonly number[];
  readonly classes?: readonly string[];
  readonly schema: unknown;
  readonly notes: readonly string[];
  readonly train: {
    readonly length: number;
    readonly first: readonly number[];
    readonly ids?: readonly string[];
  };
}

interface Told {
  readonly summary?: Summary;
  readonly error?: string;
  readonly told?: readonly number[];
}

let browser: Browser;
let page: Page;
let close: () => Promise<void>;
const errors: string[] = [];

beforeAll(async () => {
  if (executablePath === undefined) return;
  const project = path.join(scratch.folder, "project");
  const out = path.join(scratch.folder, "out");
  mkdirSync(path.join(project, "node_modules"), { recursive: true });
  mkdirSync(out);
  symlinkSync(root, path.join(project, "node_modules", "latent"), "dir");
  writeFileSync(path.join(project, "package.json"), '{ "type": "module" }');
  await esbuild.build({
    entryPoints: { files: path.join(root, "e2e", "page", "files.ts") },
    nodePaths: [path.join(project, "node_modules")],
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    outdir: out,
  });
  const inputs = '<input type="file" multiple><script type="module" src="./files.js"></script>';
  writeFileSync(path.join(out, "index.html"), `<body>${inputs}</body>`);
  writeFileSync(
    path.join(out, "folder.html"),
    `<body>${inputs.replace("multiple", "webkitdirectory")}</body>`,
  );
  const served = await serve(out);
  ({ close } = served);
  browser = await startChromium();
  page = await browser.newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(served.address);
}, 2 * minutes);

afterAll(async () => {
  await browser?.close();
  await close?.();
  scratch.remove();
});

/** Chooses files, or a folder, in the page's input. */
async function choose(what: string | readonly string[]): Promise<void> {
  const wanted = typeof what === "string" ? "/folder.html" : "/index.html";
  await page.goto(new URL(wanted, page.url()).href);
  await page.waitForFunction("typeof readInPage === 'function'");
  await page.setInputFiles("input", typeof what === "string" ? what : [...what]);
}

const inPage = (options: object = {}): Promise<Told> =>
  page.evaluate<Told>(`readInPage(${JSON.stringify(options)})`);
const inWorker = (options: object = {}): Promise<Told> =>
  page.evaluate<Told>(`readInWorker(${JSON.stringify(options)})`);

function put(name: string, content: Uint8Array | string): string {
  const file = path.join(scratch.folder, "files", name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** What a page tells of a data set, as Node makes it. */
async function summaryOf(data: Dataset): Promise<unknown> {
  const part = async ({ length, examples, labels, ids }: Dataset["train"]): Promise<unknown> => {
    const { data: own } = examples;
    const bytes = new Uint8Array(own.buffer, own.byteOffset, own.byteLength).slice();
    return {
      length,
      dtype: examples.dtype,
      examples: [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join(" "),
      first: [...own.slice(0, 64)],
      labels: labels && [...labels],
      ids,
    };
  };
  const { name, shape, classes, schema, notes, train, test: held } = data;
  const all = { name, shape, classes, schema, notes, train: await part(train), test: await part(held) };
  return JSON.parse(JSON.stringify(all));
}

describe.skipIf(executablePath === undefined)("files that are chosen in a page", () => {
  test(
    "arrays and tables are read as in Node, in the page and in a worker",
    async () => {
      const bytes = Uint8Array.from({ length: 40 * 6 }, (_, i) => (i * 31) % 251);
      const images = put(
        "idx/train-images-idx3-ubyte.gz",
        gzipSync(encodeIdx(tensor("uint8", [40, 2, 3], bytes))),
      );
      const labels = put(
        "idx/train-labels-idx1-ubyte",
        encodeIdx(
          tensor(
            "uint8",
            [40],
            Uint8Array.from({ length: 40 }, (_, i) => i % 3),
          ),
        ),
      );
      const array = put(
        "npy/x.npy",
        encodeNpy(
          tensor(
            "float32",
            [30, 4],
            Float32Array.from({ length: 120 }, (_, i) => Math.sin(i)),
          ),
        ),
      );
      const rows = Array.from(
        { length: 80 },
        (_, i) => `${i % 7},${(i * 13) % 50}.5,"${["a", "b, c"][i % 2]}"`,
      );
      const table = put("t.csv", `n,x,s\n${rows.join("\n")}\n`);

      await choose([images, labels]);
      const options = { name: "mine" };
      const arrays = await summaryOf(await datasets.folder(path.dirname(images), options));
      expect((await inPage(options)).summary).toEqual(arrays);
      expect((await inWorker(options)).summary).toEqual(arrays);
      const dropped = await page.evaluate<Told>("readDropped()");
      expect(dropped.summary?.train).toEqual((arrays as Summary).train);
      await choose([array]);
      const { summary } = await inPage();
      const expected = (await summaryOf(await datasets.folder(array))) as Summary;
      expect(summary?.train).toEqual(expected.train);
      expect(summary?.schema).toEqual(expected.schema);
      await choose([table]);
      expect((await inWorker()).summary).toEqual(await summaryOf(await datasets.table(table)));
    },
    minutes,
  );

  test(
    "a folder of pictures: PNG exactly, others as near as decoders are, broken ones by name",
    async () => {
      const pixels = (seed: number): Buffer =>
        Buffer.from(
          Uint8Array.from({ length: 16 * 12 * 3 }, (_, i) => {
            const [x, y] = [Math.floor(i / 3) % 16, Math.floor(i / 48)];
            return Math.round(127 + 100 * Math.sin((x + 2 * (i % 3) + seed) / 4) * Math.cos(y / 5));
          }),
        );
      const picture = (seed: number) => sharp(pixels(seed), { raw: { width: 16, height: 12, channels: 3 } });
      for (let i = 0; i < 6; i++) {
        put(`png/cats/${i}.png`, await picture(i).png().toBuffer());
        put(
          `png/dogs/${i}.png`,
          await picture(i + 50)
            .png()
            .toBuffer(),
        );
      }
      const folder = path.join(scratch.folder, "files", "png");
      await choose(folder);
      const png = await summaryOf(
        await datasets.pictures(folder, { cache: path.join(scratch.folder, "cache") }),
      );
      const { summary, told } = await inPage();
      expect(summary).toEqual(png);
      expect(told?.at(-1)).toBe(12);
      expect((await inWorker()).summary).toEqual(png);

      put("mixed/a.jpg", await picture(1).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer());
      put("mixed/b.webp", await picture(1).webp({ lossless: true }).toBuffer());
      put("mixed/c.gif", await picture(1).gif().toBuffer());
      // as it is kept: 12 wide, 16 high, to be turned by 90 degrees
      put(
        "mixed/d.jpg",
        await picture(1).rotate(90).withMetadata({ orientation: 8 }).jpeg({ quality: 95 }).toBuffer(),
      );
      put("mixed/e.jpg", "no picture");
      await choose(path.join(scratch.folder, "files", "mixed"));
      const refused = await inWorker();
      expect(refused.error).toMatch(
        /mixed: 1 file can't be read as a picture: e\.jpg \(it is no PNG, JPEG, WebP or GIF/,
      );
      const mixed = await inPage({ broken: "skip", whole: true });
      expect(mixed.summary?.shape).toEqual([12, 16, 3]);
      expect(mixed.summary?.train.ids).toEqual(["a.jpg", "b.webp", "c.gif", "d.jpg"]);
      for (const name of ["a.jpg", "b.webp", "c.gif", "d.jpg"]) {
        await choose([path.join(scratch.folder, "files", "mixed", name)]);
        const { summary: one } = await inPage({ whole: true });
        const wanted = [...pixels(1).subarray(0, 64)];
        const off = one?.train.first.map((value, i) => Math.abs(value - (wanted[i] ?? 0))) ?? [];
        // lossless; JPEG of quality 95, once with colours at half the size; GIF has 256 colours
        expect(Math.max(...off)).toBeLessThanOrEqual({ "b.webp": 0, "a.jpg": 6 }[name] ?? 24);
      }
    },
    minutes,
  );

  test("nothing goes wrong unheard", () => {
    expect(errors).toEqual([]);
  });
});
