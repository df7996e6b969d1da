import { describe, expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { activation } from "./activation.js";
import { branch } from "./branch.js";
import { linear } from "./linear.js";
import { sequential } from "./sequential.js";

describe("branch", () => {
  it("puts what its layers make of x side by side", () =>
    agrees(
      branch([activation("tanh"), activation("relu")]),
      (x, _, shape) => {
        const length = shape.at(-1) as number;
        return Array.from({ length: x.length / length }, (_, row) => {
          const values = x.slice(row * length, (row + 1) * length);
          return [...values.map(Math.tanh), ...values.map((value) => Math.max(0, value))];
        }).flat();
      },
      { shapes: [[3], [2, 3]] },
    ));

  it("or adds it up", () =>
    agrees(branch([activation("tanh"), activation("identity")], { join: "add" }), (x) =>
      x.map((value) => value + Math.tanh(value)),
    ));

  it("names its parts by their numbers", () => {
    const built = branch([linear(2), sequential([activation("relu"), linear(3)])]).build([4]);
    expect(Object.keys(built.parameters ?? {})).toEqual(["0.weight", "0.bias", "1.1.weight", "1.1.bias"]);
    expect(built.layers?.map(({ name }) => name)).toEqual(["0", "1.0", "1.1"]);
    expect(built.outShape).toEqual([5]);
  });

  it("refuses what can't be joined", () => {
    expect(() => branch([linear(2), linear(3)], { join: "add" }).build([4])).toThrow(
      "branch: the layers put out [2] and [3], which add can't join",
    );
    expect(() => branch([])).toThrow("branch: takes at least one layer");
    expect(() => branch([linear(1)], { join: "mul" as never })).toThrow(
      "branch: join must be one of concat, add",
    );
  });
});
