import { describe, expect, it } from "vitest";
import { RandomStream, sizeOf } from "../../tensor/index.js";
import { fansOf, type InitialisationLike, initialisationOf, initialisations } from "./index.js";

function drawn(init: InitialisationLike, shape: readonly number[]): Float64Array {
  const values = new Float64Array(sizeOf(shape));
  initialisationOf(init).of(shape)(values, new RandomStream(1, "init", "weight"));
  return values;
}

const meanOf = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;
const varianceOf = (values: Float64Array): number => meanOf(values.map((v) => v * v));
const largestOf = (values: Float64Array): number => Math.max(...values.map(Math.abs));

describe("fans", () => {
  it("are inputs and outputs times the kernel's positions, as in PyTorch", () => {
    expect(fansOf([64, 32])).toEqual({ fanIn: 32, fanOut: 64 });
    expect(fansOf([64, 32, 3, 5])).toEqual({ fanIn: 480, fanOut: 960 });
  });
});

// a weight [64, 32, 3, 3]: fan in 288, fan out 576; kaiming 2 / fan, xavier 2 / (288 + 576)
const shape = [64, 32, 3, 3];
describe("the variance of a weight, and the bound of uniform ones", () => {
  it.each([
    ["kaiming-uniform", 2 / 288],
    ["kaiming-normal", 2 / 288],
    ["kaiming-normal(mode=fan-out)", 2 / 576],
    ["kaiming-uniform(slope=2)", 2 / (1 + 4) / 288],
    ["xavier-uniform", 2 / 864],
    ["xavier-normal(gain=3)", 18 / 864],
    ["normal", 0.0004],
    ["normal(std=0.1)", 0.01],
    ["orthogonal", 1 / 288],
    ["zeros", 0],
  ] as const)("%s: %d", (name, variance) => {
    const values = drawn(name, shape);
    // of 18432 numbers: five standard errors of the variance, sqrt(2/n), and of the mean
    expect(Math.abs(varianceOf(values) / (variance || 1) - (variance && 1))).toBeLessThan(0.052);
    expect(Math.abs(meanOf(values))).toBeLessThanOrEqual(5 * Math.sqrt(variance / values.length));
    if (!name.includes("uniform")) return;
    const bound = Math.sqrt(3 * variance);
    expect(largestOf(values)).toBeLessThanOrEqual(bound);
    expect(largestOf(values)).toBeGreaterThan(0.99 * bound);
  });
});

describe("orthogonal", () => {
  it.each([[[4, 7]], [[7, 4]], [[3, 2, 2, 2]], [[5, 5]]])(
    "has rows or columns of length gain at right angles, for %j",
    (shape) => {
      const values = drawn("orthogonal(gain=0.5)", shape);
      const rows = shape[0] as number;
      const columns = values.length / rows;
      const wide = rows <= columns;
      const at = (i: number, j: number): number => values[wide ? i * columns + j : j * columns + i] as number;
      const [count, length] = wide ? [rows, columns] : [columns, rows];
      for (let a = 0; a < count; a++)
        for (let b = 0; b < count; b++) {
          let sum = 0;
          for (let i = 0; i < length; i++) sum += at(a, i) * at(b, i);
          expect(sum).toBeCloseTo(a === b ? 0.25 : 0, 12);
        }
    },
  );
});

describe("initialisations by name", () => {
  it("have examples that reach all their options", () => {
    for (const { name, options, examples = [] } of initialisations.list())
      for (const option of Object.keys(options)) expect(examples.join(" "), name).toContain(`${option}=`);
  });

  it("are told if there is none, with a suggestion", () => {
    expect(() => initialisationOf("kaiming-norma")).toThrow(
      'unknown initialisation "kaiming-norma"; did you mean "kaiming-normal"?',
    );
    expect(() => initialisationOf("kaiming-normal(mode=fan)")).toThrow("mode can't be");
    expect(() => initialisationOf(3 as never)).toThrow("init must be the name of an initialisation");
  });
});
