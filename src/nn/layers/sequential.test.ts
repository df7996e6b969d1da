import { describe, expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { activation } from "./activation.js";
import { batchNorm } from "./batch-norm.js";
import { layers, layerOf } from "./registry.js";
import { linear } from "./linear.js";
import { sequential } from "./sequential.js";

describe("sequential as a layer", () => {
  it("does one after the other, each with its own parameters", () =>
    agrees(
      sequential([linear(1), activation("tanh"), linear(1)]),
      (x, w) => {
        const [a = 0, b = 0] = [w["0.weight"]?.[0], w["0.bias"]?.[0]];
        const [c = 0, d = 0] = [w["2.weight"]?.[0], w["2.bias"]?.[0]];
        return x.map((value) => c * Math.tanh(a * value + b) + d);
      },
      { shapes: [[1], [3, 1]] },
    ));

  it("numbers parameters, state and the lines of the summary", () => {
    const built = sequential([linear(4), sequential([activation("relu"), batchNorm()])]).build([3]);
    expect(Object.keys(built.parameters ?? {})).toEqual(["0.weight", "0.bias", "1.1.weight", "1.1.bias"]);
    expect(Object.keys(built.state ?? {})).toEqual(["1.1.running_mean", "1.1.running_var"]);
    expect(built.layers).toEqual([
      { name: "0", layer: "linear(out=4)", outShape: [4], parameters: 16 },
      { name: "1.0", layer: "activation(of=relu)", outShape: [4], parameters: 0 },
      { name: "1.1", layer: "batch-norm", outShape: [4], parameters: 8 },
    ]);
  });

  it("is made of text, in which activations stand by their names", () => {
    const made = layers.from("sequential(layers=[linear(out=64), leaky-relu(slope=0.2), dropout(rate=0.1)])");
    expect(made.config.layers).toEqual([
      { name: "linear", config: { out: 64 } },
      { name: "activation", config: { of: { name: "leaky-relu", config: { slope: 0.2 } } } },
      { name: "dropout", config: { rate: 0.1 } },
    ]);
  });

  it("says what is wrong with its layers", () => {
    expect(() => layerOf("liner(out=3)")).toThrow('unknown layer "liner"; did you mean "linear"?');
    expect(() => layerOf("sigmiod")).toThrow('did you mean "sigmoid"?');
    expect(() => layers.from("sequential(layers=3)")).toThrow("sequential: layers must be a list of layers");
    expect(() => layers.from("sequential")).toThrow("sequential: layers must be a list of layers");
    expect(() => layers.from("sequential(layers=[3])")).toThrow(
      "a layer must be written like linear(out=64), got 3",
    );
    expect(() => sequential(["relu"] as never)).toThrow("sequential: layers must be a list of layers");
    expect(() => layers.from("sequential(layers=[linear])")).toThrow(
      "linear: out must be a whole number from 1",
    );
  });
});
