import { expect, it } from "vitest";
import { errorAgainstTorch, torchCases } from "../testing/optimisers.js";
import { sgd } from "./sgd.js";

// Rounding differs in its order only.
it.each(torchCases("sgd"))("%s takes the steps of PyTorch", async (text) => {
  expect(await errorAgainstTorch(text)).toBeLessThan(1e-13);
});

it("refuses Nesterov's momentum without momentum", () => {
  expect(() => sgd({ nesterov: true })).toThrow(/nesterov needs a momentum/);
  expect(() => sgd({ nesterov: true, momentum: 0.9, dampening: 0.1 })).toThrow(/no dampening/);
});
