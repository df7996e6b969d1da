import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Dataset, encodeNpy, loadFolder } from "../data/index.js";
import { vae } from "../model/index.js";
import { readRunConfig, specOfRun, type TrainOptions, trainOn } from "../runs/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { colourPictures } from "../testing/colour-pictures.js";
import type { Platform, Run } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const augment = "flip,shift(2),crop(2),brightness(0.2)";

let folder: string;
let resident: Dataset;
let streamed: Dataset;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "latent-augment-"));
  writeFileSync(path.join(folder, "train.npy"), encodeNpy(colourPictures(70, 8, 1)));
  writeFileSync(path.join(folder, "test.npy"), encodeNpy(colourPictures(20, 8, 2)));
  resident = await loadFolder(folder, { memory: Infinity });
  streamed = await loadFolder(folder, { memory: 0 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const model = () => vae({ input: [8, 8, 3], latent: 2, hidden: [16] });

async function run(data: Dataset, options: TrainOptions): Promise<Run> {
  const made = await trainOn(platform, model(), data, { epochs: 3, batchSize: 16, seed: 4, ...options });
  await made.model.close();
  return made;
}

const weights = ({ model: { weights: found } }: Run): unknown =>
  Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, [...data].map(Number)]));

it("is the same in memory, streamed and resumed, bit for bit, and recorded", async () => {
  const whole = await run(resident, { augment });
  expect(weights(await run(streamed, { augment }))).toEqual(weights(whole));
  expect(weights(await run(resident, {}))).not.toEqual(weights(whole));
  expect(weights(await run(resident, { augment: "none" }))).toEqual(weights(await run(resident, {})));
  const out = path.join(folder, "run");
  const stop = new AbortController();
  await run(resident, {
    augment: augment.split(/,/),
    out,
    signal: stop.signal,
    onEvent: ({ type }) => {
      if (type === "epoch") stop.abort();
    },
  });
  const resumed = await run(streamed, { out, resume: true });
  expect(resumed.finished).toBe(true);
  expect(weights(resumed)).toEqual(weights(whole));
  const config = await readRunConfig(out);
  expect(config).toMatchObject({ augment });
  expect(config && specOfRun(config)).toMatchObject({ augment });
  await expect(run(resident, { out, resume: true, augment: "flip", epochs: 4 })).rejects.toThrow(
    /a run with augment .*can't change when a run is resumed/,
  );
});

it("leaves the evaluation as it is: the first weights' is the same", async () => {
  const [plain, changed] = await Promise.all(
    [undefined, augment].map((one) => run(resident, { epochs: 1, lr: 1e-30, ...(one && { augment: one }) })),
  );
  expect(changed?.evaluation).toEqual(plain?.evaluation);
  expect(changed?.history[0]?.train).not.toEqual(plain?.history[0]?.train);
});
