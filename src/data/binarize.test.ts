import { describe, expect, test } from "vitest";
import { tensor } from "../tensor/index.js";
import { binarizeDataset, type Dataset, fromArrays, toFloats } from "./index.js";

const [n, size] = [400, 50];

/** Pixel k of every example has the grey level k / 49. */
function ramp(): Dataset {
  const data = Uint8Array.from({ length: n * size }, (_, i) => Math.round((255 * (i % size)) / (size - 1)));
  const floats = Float32Array.from(data, (value) => value / 255);
  return fromArrays({
    name: "ramp",
    train: tensor("uint8", [n, size], data),
    test: tensor(
      "uint8",
      [n, size],
      Uint8Array.from(floats, (v) => v * 255),
    ),
  });
}

function numbersOf(dataset: Dataset, split: "train" | "test"): number[] {
  return [...toFloats(dataset[split].examples).data];
}

test("none leaves the data set as it is", () => {
  const data = ramp();
  expect(binarizeDataset(data, "none")).toBe(data);
});

test("static draws 0 or 1 with the grey level as probability, and the same each time", () => {
  const bits = numbersOf(binarizeDataset(ramp(), "static"), "train");
  expect(new Set(bits)).toEqual(new Set([0, 1]));
  for (let k = 0; k < size; k++) {
    const share = bits.filter((_, i) => i % size === k).reduce((a, b) => a + b, 0) / n;
    const level = Math.round((255 * k) / (size - 1)) / 255;
    // five standard errors of a mean of 400 draws; 0 and 1 are certain
    expect(Math.abs(share - level)).toBeLessThanOrEqual(5 * Math.sqrt((level * (1 - level)) / n));
  }
  expect(numbersOf(binarizeDataset(ramp(), "static"), "train")).toEqual(bits);
  expect(numbersOf(binarizeDataset(ramp(), "static"), "test")).not.toEqual(bits);
  const again = binarizeDataset(binarizeDataset(ramp(), "static"), "static");
  expect(numbersOf(again, "train")).toEqual(bits);
});

test("threshold cuts at one half", () => {
  const bits = numbersOf(binarizeDataset(ramp(), "threshold"), "train").slice(0, size);
  expect(bits).toEqual(Array.from({ length: size }, (_, k) => (Math.round((255 * k) / 49) > 127.5 ? 1 : 0)));
});

test("dynamic leaves the examples grey, for the graph to draw", () => {
  const data = ramp();
  expect(binarizeDataset(data, "dynamic").train.examples).toBe(data.train.examples);
  expect(binarizeDataset(data, "dynamic").notes.join()).toContain("dynamic binarisation");
});

describe("floats", () => {
  const floats = (values: number[]): Dataset => {
    const examples = tensor("float32", [2, values.length / 2], Float32Array.from(values));
    return fromArrays({ name: "floats", train: examples, test: examples });
  };

  test("in 0..1 are drawn as bytes are", () => {
    const bits = numbersOf(binarizeDataset(floats([0, 1, 1, 0]), "static"), "train");
    expect(bits).toEqual([0, 1, 1, 0]);
  });

  test.each(["static", "dynamic", "threshold"] as const)("outside 0..1 are refused by %s", (mode) => {
    expect(() => binarizeDataset(floats([0, 1, 2, 0]), mode)).toThrow(
      /floats, train split, can't be binarised: number 2 is 2/,
    );
  });
});

test("an unknown way is refused", () => {
  expect(() => binarizeDataset(ramp(), "dithered" as "static")).toThrow(
    /binarize must be one of none, dynamic/,
  );
});
