import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { decodePng } from "../plot/index.js";
import { tensor } from "../tensor/index.js";
import { scratchFolder } from "../testing/run-cli.js";
import { saveImages } from "./images.js";

const scratch = scratchFolder();
afterAll(scratch.remove);

it("draws the numbers from black to white in the range that is asked for", async () => {
  const file = path.join(scratch.folder, "levels.png");
  const image = tensor("float32", [1, 1, 3], Float32Array.of(-2, 0, 2));
  await saveImages(image, file, { scale: 1, range: [-2, 2] });
  const { data } = await decodePng(await readFile(file));
  const levels = [...new Set(data)].sort((a, b) => a - b);
  expect(levels).toEqual(expect.arrayContaining([0, 128, 255]));
  await expect(saveImages(image, file, { range: [0] as never })).rejects.toThrow(
    /saveImages: range must be a list, such as \[0, 1\]/,
  );
});
