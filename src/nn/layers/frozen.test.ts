import { describe, expect, it } from "vitest";
import { agrees, applied } from "../../testing/layers.js";
import { trainableSpecs } from "../parameters.js";
import { batchNorm } from "./batch-norm.js";
import { dropout } from "./dropout.js";
import { frozen } from "./frozen.js";
import { linear } from "./linear.js";

describe("frozen", () => {
  it("is what its layers are in evaluation", () =>
    agrees(
      frozen([linear(1)]),
      (x, w) => x.map((value) => value * (w["0.weight"]?.[0] ?? 0) + (w["0.bias"]?.[0] ?? 0)),
      { shapes: [[1], [3, 1]] },
    ));

  it("has parameters of which none is trained, and statistics that don't move", async () => {
    const layer = frozen([batchNorm(), dropout(0.5)]);
    const { parameters = {} } = layer.build([2]);
    expect(Object.keys(parameters)).toEqual(["0.weight", "0.bias"]);
    expect(trainableSpecs(parameters)).toEqual({});
    const values = {
      "0.weight": [1, 1],
      "0.bias": [0, 0],
      "0.running_mean": [1, 2],
      "0.running_var": [1, 1],
    };
    const { y = [], ...state } = await applied(
      layer,
      [
        [3, 4],
        [5, 6],
      ],
      "train",
      values,
    );
    expect(state).toEqual({});
    expect(y.map(Math.round)).toEqual([2, 2, 4, 4]);
  });
});
