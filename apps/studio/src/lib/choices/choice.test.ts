import { expect, test } from "vitest";
import { choiceOf, textOf } from "./choice";

test("a choice as text and back, with nested options", () => {
  for (const text of [
    "normal",
    "beta-vae(beta=4)",
    "mixture(components=[normal(loc=1), laplace], weights=[0.5, 0.5])",
  ]) {
    expect(textOf(choiceOf(text))).toBe(text);
  }
});

test("options left empty are not told", () => {
  expect(textOf({ name: "adam", options: { lr: " ", beta1: "0.5" } })).toBe("adam(beta1=0.5)");
});

test("a comma inside brackets divides nothing", () => {
  expect(choiceOf("keras(channels=[2, 3], hidden=[3])").options).toEqual({
    channels: "[2, 3]",
    hidden: "[3]",
  });
});
