import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { limits, readModelFiles } from "./files";

const file = (name: string, content: Uint8Array, size = content.length) => ({
  name,
  size,
  arrayBuffer: async () => content.slice().buffer,
});

test("of a run's zip the model's own files are taken", async () => {
  const zip = zipSync({
    "run/config.json": strToU8("{}"),
    "run/model/model.json": strToU8('{"a":1}'),
    "run/model/weights.safetensors": strToU8("w"),
    "run/images/generated.png": strToU8("p"),
  });
  const { name, files } = await readModelFiles([file("digits.zip", zip)]);
  expect(name).toBe("digits");
  expect(Object.keys(files).sort()).toEqual(["config.json", "model.json", "weights.safetensors"]);
});

test("files by themselves are taken by their names", async () => {
  const { files } = await readModelFiles([
    file("model.json", strToU8("{}")),
    file("weights.safetensors", strToU8("w")),
    file("notes.txt", strToU8("n")),
  ]);
  expect(Object.keys(files).sort()).toEqual(["model.json", "weights.safetensors"]);
});

test("what can't be opened is named", async () => {
  await expect(readModelFiles([file("cat.png", strToU8("x"))])).rejects.toThrow(/cat\.png: no model/);
  await expect(readModelFiles([file("bad.zip", strToU8("not a zip"))])).rejects.toThrow(/bad\.zip is no zip/);
  await expect(readModelFiles([file("weights.safetensors", strToU8("w"), limits.file + 1)])).rejects.toThrow(
    /weights\.safetensors is of 513 MB/,
  );
  await expect(readModelFiles([])).rejects.toThrow(/no files/);
});
