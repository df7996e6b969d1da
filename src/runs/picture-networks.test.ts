import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { fromArrays } from "../data/index.js";
import { vae } from "../model/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { sizeOf, tensor } from "../tensor/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import type { Platform, Run } from "../train/index.js";
import { loadModelOn, type TrainOptions, trainOn } from "./index.js";

const platform: Platform = {
  startEngine: async () => new LocalEngine(await nodeBackend("cpu", 1)),
  openBackend: () => nodeBackend("cpu", 1),
};
const scratch = scratchFolder();
afterAll(scratch.remove);

/** Bright boxes of changing place and size, one shade for each channel. */
function boxes(shape: readonly number[], count: number): Uint8Array {
  const [height = 1, width = 1, channels = 1] = shape;
  return Uint8Array.from({ length: count * sizeOf(shape) }, (_, at) => {
    const example = Math.floor(at / sizeOf(shape));
    const pixel = Math.floor((at % sizeOf(shape)) / channels);
    const [row, column] = [Math.floor(pixel / width) / height, (pixel % width) / width];
    const [top, left] = [(example % 4) / 8, (example % 3) / 6];
    const inside = row >= top && row < top + 0.5 && column >= left && column < left + 0.4;
    return inside ? 255 - 60 * (at % channels) : 10;
  });
}

function train(network: string, shape: readonly number[], options: TrainOptions = {}): Promise<Run> {
  const data = fromArrays({ shape, train: boxes(shape, 24), test: boxes(shape, 8) });
  const model = vae({ input: shape, network, latent: 3 });
  return trainOn(platform, model, data, { batchSize: 8, epochs: 8, lr: 0.01, ...options });
}

const networks = [
  "conv(channels=[4, 6])",
  "resnet(channels=[4, 6], blocks=1)",
  "keras(channels=[4, 6])",
  "pythae(channels=[4, 6, 8])",
];
const shapes = [
  [28, 28],
  [28, 28, 1],
  [32, 32, 3],
  [64, 64, 3],
  [30, 41, 2],
];

describe.each(networks)("%s", (network) => {
  test.each(shapes.map((shape) => [shape.join("x"), shape] as const))(
    "learns examples of %s, is saved and loaded",
    async (name, shape) => {
      const out = path.join(scratch.folder, `${network.split("(")[0]}-${name}`);
      const { model, history } = await train(network, shape, { out });
      const losses = history.map(({ train }) => train.negativeElbo ?? NaN);
      expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] as number));
      const loaded = await loadModelOn(platform, out);
      expect(loaded.weights).toEqual(model.weights);
      expect([loaded.definition.encoder, loaded.definition.decoder].map(({ name }) => name)).toEqual(
        Array<string>(2).fill(network.split("(")[0] as string),
      );
      const pictures = await loaded.generate(3);
      expect(pictures.shape).toEqual([3, ...shape]);
      expect(pictures).toEqual(await model.generate(3));
      const codes = await loaded.codes(tensor("uint8", [2, ...shape], boxes(shape, 2)));
      expect(codes.shape).toEqual([2, 3]);
    },
  );
});

test("a likelihood of several numbers a pixel gets them of a network for pictures", async () => {
  const shape = [8, 6, 2];
  const data = fromArrays({ shape, train: boxes(shape, 24) });
  const { normal } = await import("../distributions/index.js");
  const model = vae({ input: shape, network: "conv(channels=[4])", likelihood: normal() });
  expect(model.parameters["decoder.4.weight"]?.shape.slice(0, 2)).toEqual([4, 4]);
  const { history } = await trainOn(platform, model, data, { batchSize: 8, epochs: 3, lr: 0.01 });
  const losses = history.map(({ train }) => train.negativeElbo ?? NaN);
  expect(losses.at(-1)).toBeLessThan(losses[0] as number);
});
