import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { colourful, coloursFor } from "./context.js";

// Node's pipes and files have no isTTY at all.
const pipe = new PassThrough() as unknown as NodeJS.WriteStream;

test("a pipe shows no colours, in CI neither", () => {
  expect(colourful(pipe)).toBe(false);
  expect(coloursFor(pipe).yellow("warning")).toBe("warning");
});
