import { describe, expect, it } from "vitest";
import { linear, mlp, type Network, sequential } from "../nn/index.js";
import { vae, vaeConfig, type VaeOptions } from "./index.js";

const input = [4, 4];
const configs = (options: Partial<VaeOptions>): unknown[] => {
  const { encoder, decoder } = vaeConfig(vae({ input, ...options }));
  return [encoder, decoder];
};

describe("a model's networks", () => {
  it("are the perceptron, its hidden sizes reversed in the decoder", () => {
    const usual = [
      { type: "mlp", hidden: [256, 128], activation: "relu" },
      { type: "mlp", hidden: [128, 256], activation: "relu" },
    ];
    expect(configs({})).toEqual(usual);
    expect(configs({ network: "mlp" })).toEqual(usual);
    expect(configs({ hidden: [8, 4], activation: "tanh" })).toEqual(
      configs({ network: "mlp(hidden=[8, 4], activation=tanh)" }),
    );
  });

  it("take the options that are told besides the network's name", () => {
    expect(configs({ network: "mlp(hidden=[7], activation=tanh)", hidden: [5, 3] })).toEqual([
      { type: "mlp", hidden: [5, 3], activation: "tanh" },
      { type: "mlp", hidden: [3, 5], activation: "tanh" },
    ]);
    expect(() => vae({ input, network: "mlp", channels: [8] })).toThrow(
      "`channels` has no effect on the network mlp, whose options are hidden, activation",
    );
    expect(() => vae({ input, channels: [8] })).toThrow("`channels` is for networks of convolutions");
    expect(() => vae({ input, network: "mlp", channels: [0] })).toThrow(
      "channels must be a list of whole numbers",
    );
  });

  it("may be chosen one by one, in place of the network's", () => {
    expect(configs({ hidden: [9], encoder: "mlp(hidden=[3])" })).toEqual([
      { type: "mlp", hidden: [3], activation: "relu" },
      { type: "mlp", hidden: [9], activation: "relu" },
    ]);
  });

  it("leave nothing to other options where both are chosen", () => {
    const both = { input, encoder: "mlp(hidden=[3])", decoder: "mlp(hidden=[5])" };
    expect(configs(both)).toMatchObject([{ hidden: [3] }, { hidden: [5] }]);
    expect(() => vae({ ...both, hidden: [9] })).toThrow(
      "`hidden` has no effect beside `encoder` and `decoder`",
    );
    expect(() => vae({ ...both, activation: "tanh" })).toThrow("`activation` has no effect");
    expect(() => vae({ ...both, network: "mlp" })).toThrow("`network` has no effect");
  });

  it("of one's own say their decoder, or are asked for it", () => {
    const own: Network = {
      name: "own",
      config: {},
      build: (inShape, outShape) => sequential([linear(3)]).build([inShape.length], outShape),
    };
    expect(() => vae({ input, network: own })).toThrow("the network own has no decoder that goes with it");
    expect(() => vae({ input, network: "sequential(layers=[flatten])" })).toThrow(
      "choose `encoder` and `decoder`",
    );
    const places: unknown[] = [];
    const noting: Network = {
      name: "noting",
      config: {},
      decoder: () => noting,
      build(inShape, outShape, place) {
        places.push([inShape, outShape, place]);
        return mlp([3]).build(inShape, outShape);
      },
    };
    vae({ input, network: noting, latent: 3 });
    expect(places).toEqual([
      [[4, 4], [6], { part: "encoder", example: [4, 4] }],
      [[3], [4, 4], { part: "decoder", example: [4, 4] }],
    ]);
  });
});
