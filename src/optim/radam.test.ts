import { expect, it } from "vitest";
import { errorAgainstTorch, torchCases } from "../testing/optimisers.js";

// Rounding differs in its order only.
it.each(torchCases("radam"))("%s takes the steps of PyTorch", async (text) => {
  expect(await errorAgainstTorch(text)).toBeLessThan(1e-13);
});
