import { describe, expect, it } from "vitest";
import { linear, reshapeTo, sequential } from "../layers/index.js";
import { networks } from "./registry.js";

describe("sequential as a network", () => {
  it("ends with a linear layer of the size that is asked for, numbered after the others", () => {
    const built = networks.from("sequential(layers=[flatten, linear(out=8), relu])").build([2, 3], [4]);
    expect(Object.keys(built.parameters ?? {})).toEqual(["1.weight", "1.bias", "3.weight", "3.bias"]);
    expect(built.parameters?.["3.weight"]?.shape).toEqual([4, 8]);
    const pictures = sequential([linear(6), reshapeTo([2, 3])]).build([5], [4, 4]);
    expect(pictures.outShape).toEqual([4, 4]);
    expect(pictures.parameters?.["2.weight"]?.shape).toEqual([16, 6]);
  });

  it("or, without a head, with its layers, which must fit", () => {
    const bare = sequential([linear(16)], { head: false });
    expect(Object.keys(bare.build([3], [4, 4]).parameters ?? {})).toEqual(["0.weight", "0.bias"]);
    expect(() => bare.build([3], [5])).toThrow(
      "the layers put out examples of shape [16], but [5] are needed",
    );
    expect(bare.config.head).toBe(false);
  });
});
