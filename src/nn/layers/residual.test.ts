import { expect, it } from "vitest";
import { agrees } from "../../testing/layers.js";
import { activation } from "./activation.js";
import { linear } from "./linear.js";
import { residual } from "./residual.js";

it("residual adds to x what the layers make of it", () =>
  agrees(residual([activation("tanh")]), (x) => x.map((value) => value + Math.tanh(value))));

it("residual refuses layers that change the shape", () => {
  expect(() => residual([linear(4)]).build([3])).toThrow(
    "residual: the layers are given [3] and put out [4], which can't be added",
  );
  expect(() => residual(undefined as never)).toThrow("residual: layers must be a list of layers");
});
