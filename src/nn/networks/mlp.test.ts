import { describe, expect, it } from "vitest";
import { evaluateGraphs } from "../../testing/layers.js";
import { checkNetwork } from "../check/index.js";
import { mlp } from "./mlp.js";
import { networkOf, networks } from "./registry.js";

describe("mlp", () => {
  it("is linear layers with the activation between them", () =>
    checkNetwork(mlp([1], { activation: "tanh" }), {
      evaluate: evaluateGraphs,
      shapes: [
        [[2], [1]],
        [
          [2, 1],
          [1, 1],
        ],
      ],
      reference: ([x = 0, y = 0], w) => {
        const [a = 0, b = 0] = w["0.weight"] ?? [];
        const hidden = Math.tanh(a * x + b * y + (w["0.bias"]?.[0] ?? 0));
        return [hidden * (w["2.weight"]?.[0] ?? 0) + (w["2.bias"]?.[0] ?? 0)];
      },
    }));

  it("has PyTorch's names and one line of sizes", () => {
    const built = mlp([256, 128]).build([28, 28], [4]);
    expect(built.text).toBe("784-256-128-4");
    const names = ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"];
    expect(Object.keys(built.parameters ?? {})).toEqual(names);
    expect(built.layers?.map(({ name }) => name)).toEqual(["0", "1", "2", "3", "4"]);
  });

  it("is saved as it was before there were layers", () => {
    expect(mlp([5], { activation: "leakyRelu" })).toMatchObject({
      name: "mlp",
      config: { hidden: [5], activation: "leaky-relu" },
    });
    expect(mlp([5]).config).toEqual({ hidden: [5], activation: "relu" });
  });

  it.each([3, "256", [1, 0], [2.5], null])("refuses hidden sizes %j", (hidden) => {
    expect(() => mlp(hidden as number[])).toThrow(/hidden.* must be .*whole numbers/);
  });
});

describe("a network by name", () => {
  it("is made of text, plain data or a function, and is told if it is none", () => {
    expect(networkOf("mlp(hidden=[400], activation=tanh)", "encoder").config).toEqual({
      hidden: [400],
      activation: "tanh",
    });
    expect(networkOf({ name: "mlp", config: {} }, "encoder").config.hidden).toEqual([256, 128]);
    const own = networkOf(mlp([3]).build, "encoder");
    expect(own.name).toBe("build");
    expect(() => networks.from("mpl")).toThrow('unknown network "mpl"; did you mean "mlp"?');
    expect(() => networkOf("mlp(hiden=[3])", "encoder")).toThrow(
      'mlp has no option "hiden"; did you mean "hidden"?',
    );
    expect(() => networkOf(7 as never, "encoder")).toThrow("encoder must be a network, such as mlp([400])");
  });
});
