import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { train } from "../node.js";
import { decodePng } from "../plot/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { simple } from "../objectives/index.js";
import { RandomStream } from "../tensor/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import { type TrainOptions, trainOn } from "../runs/index.js";
import type { Platform, Run } from "../train/index.js";
import { drawPictures, manifoldPicture, writeReport } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
afterAll(scratch.remove);

function run(shape: readonly number[], latent: number, options: TrainOptions = {}): Promise<Run> {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new RandomStream(2, "data").uniform(new Float32Array(40 * size), 0);
  const labels = Int32Array.from({ length: 40 }, (_, i) => i % 2);
  const data = fromArrays({ name: "noise", shape, train: { examples: values, labels } });
  return trainOn(platform, vae({ input: shape, latent, hidden: [4] }), data, { epochs: 1, ...options });
}

describe("a report", () => {
  test("shows a run with two latent coordinates in all its pictures", async () => {
    const { report, pictures, skipped } = await writeReport(await run([4, 4], 2, { out: at("two") }));
    expect(skipped).toEqual([]);
    expect(pictures.map((file) => path.basename(file))).toEqual([
      "generated.png",
      "reconstructions.png",
      "loss.svg",
      "loss.png",
      "latent.svg",
      "manifold.svg",
      "manifold.png",
    ]);
    const html = readFileSync(report, "utf8");
    for (const text of [
      "noise, z = 2",
      "Negative ELBO",
      "Manifold",
      "optimizer.config.lr",
      "onnxruntime-node",
    ]) {
      expect(html).toContain(text);
    }
    const { width, height } = await decodePng(readFileSync(at("two", "images", "manifold.png")));
    expect(width).toBe(height);
  });

  test("warns of collapse, and maps many latent coordinates by principal axes", async () => {
    const { report, pictures } = await writeReport(
      await run([4, 4], 5, { out: at("five"), objective: simple() }),
    );
    expect(pictures.some((file) => file.endsWith("manifold.png"))).toBe(false);
    expect(readFileSync(at("five", "images", "latent.svg"), "utf8")).toMatch(/principal axes/);
    expect(readFileSync(report, "utf8")).toMatch(/posterior collapse/);
  });

  test("draws data that are no images as heat maps", async () => {
    const { pictures, skipped } = await drawPictures(await run([6], 2));
    expect(skipped).toEqual([]);
    expect(pictures.map(({ title }) => title)).toEqual([
      "Generated",
      "Reconstructions",
      "Loss",
      "Latent space",
    ]);
  });

  test("needs a folder", async () => {
    const kept = await run([4, 4], 2);
    await expect(writeReport(kept)).rejects.toThrow(/kept in no folder/);
    await writeReport(kept, at("given"));
    expect(existsSync(at("given", "report.html"))).toBe(true);
  });
});

test("only a plane has a manifold", async () => {
  const { model } = await run([4, 4], 3);
  await expect(manifoldPicture({ model })).rejects.toThrow(/2 coordinates, this model has 3/);
});

test("train draws a finished run where it is asked to, and takes a folder for that", async () => {
  const data = fromArrays({ name: "noise", shape: [4], train: new Float32Array(80).fill(0.5) });
  const model = vae({ input: [4], hidden: [3] });
  const out = at("drawn");
  const quick = { epochs: 1, threads: 1, device: "cpu" };
  await expect(train(model, data, { ...quick, pictures: true })).rejects.toThrow("give `out`");
  await (await train(model, data, { ...quick, out, pictures: true })).model.close();
  expect(existsSync(path.join(out, "report.html"))).toBe(true);
  expect(readFileSync(path.join(out, "report.html"), "utf8")).toContain("per number");
  await (await train(model, data, { ...quick, out: at("plain") })).model.close();
  expect(existsSync(at("plain", "report.html"))).toBe(false);
  await expect(train(model, data, { ...quick, picture: true } as never)).rejects.toThrow(
    'did you mean "pictures"?',
  );
  await expect(writeReport(undefined as never)).rejects.toThrow("writeReport: run must be a run");
});
