import { describe, expect, it } from "vitest";
import type { ModelColumn } from "../../catalogue/index.js";
import { evaluateOn } from "../../runtime/index.js";
import { testBackend } from "../../testing/check-op.js";
import { checkNetwork } from "../check/index.js";
import { tableNetwork } from "./table.js";

const columns: readonly ModelColumn[] = [
  { name: "a", of: "categorical", size: 3 },
  { name: "x", of: "normal" },
];

describe("tableNetwork", () => {
  it("is a perceptron of the row's features", async () => {
    const network = tableNetwork({ columns, hidden: [2], activation: "relu" });
    await checkNetwork(network, {
      evaluate: async (exprs, feeds) => evaluateOn(await testBackend(), exprs, feeds),
      shapes: [[[2], [3]]],
      reference: ([a = 0, value = 0], weights) => {
        // numbers drawn are rarely 0, 1 or 2, so mostly no choice is there
        const seen = [...[0, 1, 2].map((i) => (a === i ? 1 : 0)), value, 1];
        const [w0 = [], b0 = [], w1 = [], b1 = []] = ["0.weight", "0.bias", "2.weight", "2.bias"].map(
          (name) => weights[name],
        );
        const hidden = b0.map((bias, j) =>
          Math.max(
            0,
            seen.reduce((sum, v, i) => sum + v * (w0[j * 5 + i] as number), bias),
          ),
        );
        return b1.map((bias, j) => hidden.reduce((sum, v, i) => sum + v * (w1[j * 2 + i] as number), bias));
      },
    });
    expect(network.build([2], [3]).text).toBe("2 columns-5-2-3");
  });

  it("has the perceptron reversed as its decoder", () => {
    const decoder = tableNetwork({ columns, hidden: [5, 7] }).decoder?.();
    expect(decoder?.name).toBe("mlp");
    expect(decoder?.config["hidden"]).toEqual([7, 5]);
  });

  it("refuses what can't be, in words", () => {
    expect(() => tableNetwork().build([2], [3])).toThrow(
      /which its data set says: make the model with vaeFor/,
    );
    expect(() => tableNetwork({ columns }).build([4], [3])).toThrow(
      "table: the network is of 2 columns, but an example has 4 numbers",
    );
    expect(() => tableNetwork({ columns, hide: 1.5 })).toThrow(
      "table: hide must be a share from 0 to 1, got 1.5",
    );
    expect(() => tableNetwork({ columns: [{ name: "a", of: "categorical" }] })).toThrow(
      "table: column 0 (a) needs its number of choices as size",
    );
  });
});
