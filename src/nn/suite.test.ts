import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { evaluateGraphs as evaluate } from "../testing/layers.js";
import { activations, checkLayer, checkNetwork, layers, networks } from "./index.js";

describe("every layer of the catalogue keeps the contract:", () => {
  it.each(layers.examples().map(({ entry, text }) => [text, entry] as const))("%s", (text, { shapes }) =>
    checkLayer(layers.from(text), { evaluate, ...(shapes && { shapes }) }),
  );
});

describe("every network of the catalogue keeps the contract:", () => {
  it.each(networks.examples().map(({ entry, text }) => [text, entry] as const))("%s", (text, { shapes }) =>
    checkNetwork(networks.from(text), { evaluate, ...(shapes && { shapes }) }),
  );
});

it.each([
  ["layers", layers],
  ["networks", networks],
] as const)(
  "every one of the %s has a test of its own, and examples that reach all its options",
  (room, catalogue) => {
    for (const entry of catalogue.list()) {
      expect(existsSync(new URL(`${room}/${entry.name}.test.ts`, import.meta.url)), entry.name).toBe(true);
      const texts = (entry.examples ?? [entry.name]).join(" ");
      for (const option of Object.keys(entry.options)) expect(texts, entry.name).toContain(`${option}=`);
    }
  },
);

it("every activation has a line that says what it is, and examples", () => {
  for (const entry of activations.list()) {
    expect(entry.description).not.toBe("");
    expect(entry.examples?.length).toBeGreaterThan(Object.keys(entry.options).length);
  }
});
