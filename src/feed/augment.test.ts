import { describe, expect, it } from "vitest";
import { wholeSchema } from "../data/portable.js";
import { input } from "../graph/index.js";
import { NoiseInputs } from "../model/index.js";
import { compile } from "../onnx/index.js";
import { LocalEngine } from "../runtime/index.js";
import { nodeBackend } from "../runtime/node.js";
import { RandomStream, type Tensor, tensor } from "../tensor/index.js";
import { augmented } from "./augment.js";
import { augmentationText, changesIn } from "./augmentation.js";

const [batch, height, width, channels] = [6, 5, 7, 3];
const size = height * width * channels;
const bytes = Uint8Array.from(new RandomStream(1).uniform(new Float32Array(batch * size), 0), (u) => u * 256);

/** What becomes of a batch, with the noise that is fed, an array of [batch] for each draw. */
async function changed(
  augment: string,
  noise: readonly (readonly number[])[],
  examples: Tensor = tensor("uint8", [batch, size], bytes),
): Promise<number[]> {
  const schema = wholeSchema([height, width, channels]);
  const draws = new NoiseInputs("float32", "augment");
  const stored = input("stored", examples.dtype, [batch, size]);
  const graph = compile({ y: augmented(stored, augment, schema, batch, draws) }, { name: "augment" });
  expect(draws.inputs.map(({ kind, shape }) => [kind, shape])).toEqual(noise.map(() => ["uniform", [batch]]));
  const engine = new LocalEngine(await nodeBackend("cpu", 1));
  const program = await engine.open(graph.bytes, graph.inputs);
  const fed = draws.inputs.map(({ name }, i) => {
    return [name, tensor("float32", [batch], Float32Array.from(noise[i] ?? []))] as const;
  });
  const { y } = await engine.run(program, {
    feeds: { stored: examples, ...Object.fromEntries(fed) },
    fetch: ["y"],
  });
  await engine.close();
  expect(y?.dtype).toBe(examples.dtype);
  return [...(y?.data ?? [])].map(Number);
}

/** The same in plain JavaScript: each pixel from a place, rows and columns kept inside. */
function placed(place: (example: number, y: number, x: number) => readonly [y: number, x: number]): number[] {
  const out: number[] = [];
  const inside = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [row, column] = place(n, y, x).map((at, i) => inside(at, i === 0 ? height : width)) as [
          number,
          number,
        ];
        for (let c = 0; c < channels; c++) {
          const at = (i: number, j: number): number =>
            bytes[((n * height + i) * width + j) * channels + c] ?? 0;
          const [top, left] = [Math.floor(row), Math.floor(column)];
          const [down, right] = [inside(top + 1, height), inside(left + 1, width)];
          const [v, u] = [row - top, column - left];
          const above = at(top, left) * (1 - u) + at(top, right) * u;
          out.push(Math.round(above * (1 - v) + (at(down, left) * (1 - u) + at(down, right) * u) * v));
        }
      }
    }
  }
  return out;
}

const half = [0.1, 0.9, 0.49, 0.51, 0.3, 0.7];
const spread = [0.001, 0.21, 0.41, 0.61, 0.81, 0.999];

describe("augmented", () => {
  it("mirrors half of the pictures", async () => {
    const flips = (n: number): boolean => (half[n] ?? 0) < 0.5;
    expect(await changed("flip", [half])).toEqual(placed((n, y, x) => [y, flips(n) ? width - 1 - x : x]));
    expect(await changed("flip-vertical", [half])).toEqual(
      placed((n, y, x) => [flips(n) ? height - 1 - y : y, x]),
    );
  });

  it("shifts by whole pixels to both sides, and repeats the edge", async () => {
    const by = [-2, -1, 0, 1, 2, 2];
    const down = [...spread].reverse();
    const found = await changed("shift(2)", [down, spread]);
    expect(found).toEqual(placed((n, y, x) => [y + (by[5 - n] ?? 0), x + (by[n] ?? 0)]));
  });

  it("crops and brings back to the size, between pixels by their nearness", async () => {
    const [shown, down, across] = [spread, half, [...half].reverse()];
    const found = await changed("crop(3)", [shown, down, across]);
    const expected = placed((n, y, x) => {
      const share = 1 - ((shown[n] ?? 0) * 3) / Math.min(height, width);
      const place = (i: number, length: number, u: number): number => {
        return (i + 0.5) * share - 0.5 + (1 - share) * length * u;
      };
      return [place(y, height, down[n] ?? 0), place(x, width, across[n] ?? 0)];
    });
    found.forEach((value, i) => expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThanOrEqual(1)); // rounding of halves
    expect(found.filter((value, i) => value !== expected[i]).length).toBeLessThan(found.length / 50);
  });

  it("makes brighter and darker within what there is, and leaves alpha", async () => {
    const found = await changed("brightness(0.5)", [spread]);
    found.forEach((value, i) => {
      const factor = 0.5 + (spread[Math.floor(i / size)] ?? 0);
      expect(Math.abs(value - Math.min(255, (bytes[i] ?? 0) * factor))).toBeLessThanOrEqual(0.5 + 1e-3);
    });
    const floats = tensor(
      "float32",
      [batch, size],
      Float32Array.from(bytes, (byte) => byte / 255),
    );
    expect(Math.max(...(await changed("brightness(0.5)", [spread], floats)))).toBe(1);
  });

  it("is written in one way, and refuses what can't be", () => {
    expect(augmentationText([" flip ", "shift( 2 )"])).toBe("flip,shift(2)");
    expect(augmentationText("none")).toBe("none");
    expect(changesIn("brightness(0.1)")).toEqual([{ name: "brightness", amount: 0.1 }]);
    for (const [text, message] of [
      ["flop", /no augmentation "flop".*did you mean "flip"/],
      ["shift", /shift takes pixels, a whole number from 1, such as shift\(2\)/],
      ["shift(1.5)", /shift takes pixels, a whole number/],
      ["flip(2)", /flip takes nothing in brackets/],
      ["brightness(2)", /brightness takes a share above 0, at most 1/],
      ["flip,flip", /asked for twice/],
    ] as const) {
      expect(() => augmentationText(text)).toThrow(message);
    }
    const noise = new NoiseInputs("float32");
    const stored = input("stored", "float32", [2, 4]);
    expect(() => augmented(stored, "flip", wholeSchema([4]), 2, noise)).toThrow(/augment changes pictures/);
    expect(() => augmented(stored, "shift(2)", wholeSchema([2, 2]), 2, noise)).toThrow(
      /leaves nothing of pictures/,
    );
    const plain = wholeSchema([2, 2], { type: "plain" });
    expect(() => augmented(stored, "brightness(0.1)", plain, 2, noise)).toThrow(
      /brightness takes pictures whose/,
    );
  });
});
