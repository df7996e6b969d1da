import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeNpy, encodeNpy } from "../data/portable.js";
import { decodePng, type Raster } from "../plot/index.js";
import { toNumbers } from "../tensor/index.js";
import { type CliResult, runCli, scratchFolder } from "../testing/run-cli.js";
import { colourPictures } from "../testing/colour-pictures.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });

beforeAll(async () => {
  mkdirSync(at("colours"));
  writeFileSync(at("colours", "train.npy"), encodeNpy(colourPictures(300, 16, 1)));
  writeFileSync(at("colours", "test.npy"), encodeNpy(colourPictures(40, 16, 2)));
  const flags = ["--hidden", "32", "--batch", "25", "--epochs", "12", "--lr", "0.004", "--threads", "1"];
  const trained = await latent("train", "colours", "--out", "run", ...flags);
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stdout).toMatch(/^data {5}colours 300 train, 40 test, 16x16 colour$/m);
}, 60_000);
afterAll(scratch.remove);

/** Mean difference between the largest and the smallest of a pixel's red, green and blue. */
function colourfulness({ data, channels }: Raster): number {
  expect(channels).toBe(3);
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) {
    const pixel = [...data.subarray(i, i + 3)];
    sum += Math.max(...pixel) - Math.min(...pixel);
  }
  return sum / (data.length / 3);
}

const commands: readonly (readonly [name: string, ...args: string[]])[] = [
  ["generate", "--n", "16"],
  ["reconstruct", "--n", "8"],
  ["interpolate", "--from", "0", "--to", "3"],
  ["manifold"],
];

test.each(commands)("latent %s draws colour pictures in colour", async (command, ...args) => {
  const { code, stderr } = await latent(command, "run", "--out", `${command}.png`, ...args);
  expect(code, stderr).toBe(0);
  expect(colourfulness(await decodePng(readFileSync(at(`${command}.png`))))).toBeGreaterThan(25);
});

test("the report shows them in colour", async () => {
  const html = readFileSync(at("run", "report.html"), "utf8");
  const embedded = [...html.matchAll(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g)];
  expect(embedded).toHaveLength(2); // generated and reconstructions; the manifold is inside an SVG
  for (const [, base64 = ""] of embedded) {
    expect(colourfulness(await decodePng(Buffer.from(base64, "base64")))).toBeGreaterThan(20);
  }
});

test("numbers come out as [n, height, width, 3] near the pictures that went in", async () => {
  await latent("reconstruct", "run", "--n", "40", "--out", "made.npy");
  const made = decodeNpy(readFileSync(at("made.npy")), "made.npy");
  expect(made.shape).toEqual([40, 16, 16, 3]);
  const originals = colourPictures(40, 16, 2).data;
  const differences = toNumbers(made).map((value, i) => (value - (originals[i] ?? 0) / 255) ** 2);
  expect(differences.reduce((a, b) => a + b, 0) / differences.length).toBeLessThan(0.02);
});
