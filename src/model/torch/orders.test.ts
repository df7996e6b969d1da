import { describe, expect, it } from "vitest";
import { networks } from "../../nn/index.js";
import { randomWeights } from "../../testing/torch-models.js";
import { vae } from "../index.js";
import { exportState, importState, unevenPadding } from "./index.js";

it.each(
  networks
    .examples()
    .filter(({ entry }) => entry.name !== "sequential")
    .map(({ entry, text }) => [text, entry] as const),
)("an export of %s is imported again as it was", (network, { name, shapes }) => {
  const input = name === "table" ? shapes?.[0]?.[0] : undefined;
  const model = vae({ input: input ?? [16, 16, 2], latent: 2, network });
  const weights = randomWeights(model);
  const { weights: again } = importState(exportState(model, weights), model, { source: "again" });
  for (const [name, { data }] of Object.entries(weights)) expect(again[name]?.data).toEqual(data);
  expect(() => unevenPadding(model)).not.toThrow();
});

describe("PyTorch's order of a flattened picture", () => {
  const layered = (encoder: string, decoder = "linear(out=5)"): ReturnType<typeof vae> =>
    vae({
      input: [2, 3, 2],
      latent: 2,
      encoder: `sequential(layers=[${encoder}])`,
      decoder: `sequential(layers=[${decoder}])`,
    });
  /** Ours at [y, x, c] by PyTorch's place, [c, y, x]. */
  const places = (height: number, width: number, channels: number): number[] =>
    Array.from({ length: channels * height * width }, (_, there) => {
      const [c, pixel] = [Math.floor(there / (height * width)), there % (height * width)];
      return pixel * channels + c;
    });
  const columnsOf = (model: ReturnType<typeof vae>, array: string): void => {
    const weights = randomWeights(model);
    const [height = 0, width = 0] = model.parameters[array]?.shape ?? [];
    const { arrays } = exportState(model, weights);
    const order = places(2, 3, width / 6);
    const expected = Array.from({ length: height * width }, (_, i) => {
      const row = Math.floor(i / width) * width;
      return weights[array]?.data[row + (order[i % width] ?? 0)];
    });
    expect(Array.from(arrays[array]?.values ?? [])).toEqual(expected);
    const { weights: again } = importState({ arrays, metadata: {} }, model, { source: "again" });
    for (const [name, { data }] of Object.entries(weights)) expect(again[name]?.data).toEqual(data);
  };

  it("is that of all channels that a branch puts side by side", () => {
    columnsOf(
      layered("conv(out=3), branch(layers=[conv(out=2), conv(out=3)]), flatten, linear(out=4)"),
      "encoder.3.weight",
    );
  });

  it("is that of the columns of a linear layer with weight normalisation, square or not", () => {
    columnsOf(
      layered("conv(out=3), flatten, weight-norm(layer=linear(out=18)), linear(out=4)"),
      "encoder.2.weight_v",
    );
    columnsOf(layered("conv(out=3), flatten, weight-norm(layer=linear(out=5))"), "encoder.2.weight_v");
  });

  it("goes through layers with one number for all, such as prelu", () => {
    columnsOf(layered("conv(out=3), flatten, prelu, linear(out=4)"), "encoder.3.weight");
  });

  it("is refused where it can't be told", () => {
    const made = (model: ReturnType<typeof vae>) => () => exportState(model, randomWeights(model));
    const refused = /can't be told; flatten pictures before a linear layer/;
    expect(made(layered("conv(out=3), flatten, residual(layers=[linear(out=18)])"))).toThrow(refused);
    expect(made(layered("conv(out=3), flatten, branch(layers=[linear(out=4), linear(out=4)])"))).toThrow(
      refused,
    );
    expect(made(layered("conv(out=3), flatten, branch(layers=[relu, tanh]), linear(out=4)"))).toThrow(
      refused,
    );
    expect(
      made(
        layered(
          "flatten",
          "branch(layers=[linear(out=6), linear(out=6)]), reshape(shape=[2, 3, 2]), conv(out=2)",
        ),
      ),
    ).toThrow(refused);
    expect(
      made(layered("conv(out=3), residual(layers=[conv(out=3)]), flatten, linear(out=4)")),
    ).not.toThrow();
    expect(made(layered("flatten, linear(out=6), residual(layers=[linear(out=6)])"))).not.toThrow();
  });
});

it("convolutions that PyTorch's padding does not do are told", () => {
  const uneven = (network: string, side = 8): string[] =>
    unevenPadding(vae({ input: [side, side], latent: 2, network }));
  expect(uneven("keras(channels=[3, 5], hidden=[6])")).toEqual([
    "encoder.0",
    "encoder.2",
    "decoder.3",
    "decoder.5",
  ]);
  expect(uneven("keras(channels=[3, 5], hidden=[6], padding=torch)")).toEqual([]);
  // an odd length has as many zeros at both ends
  expect(uneven("resnet(channels=[2], blocks=1)")).toEqual(["encoder.1"]);
  expect(uneven("resnet(channels=[2], blocks=1)", 9)).toEqual([]);
});
