import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fitTable, fromArrays, modelColumns } from "../data/index.js";
import { encodeRows } from "../data/portable.js";
import { columnsSchema } from "../data/table/table-dataset.js";
import { type TrainedVae, vaeFor } from "../model/index.js";
import { train } from "../node.js";
import { RandomStream, tensor } from "../tensor/index.js";
import { columnDistributions } from "./column-distributions.js";

let model: TrainedVae;
let codes: Record<"small" | "large", ReturnType<typeof tensor<"float32">>>;

beforeAll(async () => {
  const draws = new RandomStream(1, "rows").uniform(new Float64Array(1600), 0);
  const rows = Array.from({ length: 400 }, (_, i) => {
    const species = (draws[4 * i] ?? 0) < 0.5 ? "small" : "large";
    const weight = (species === "small" ? 10 : 50) + 8 * (draws[4 * i + 1] ?? 0);
    const day = 1 + Math.floor(28 * (draws[4 * i + 3] ?? 0));
    return {
      id: `P-${i}`,
      species,
      weight: (draws[4 * i + 2] ?? 0) < 0.2 ? null : Number(weight.toFixed(1)),
      seen: `2024-03-${String(day).padStart(2, "0")}`,
    };
  });
  const columns = [
    { name: "species", kind: "category" },
    { name: "weight", kind: "number", decimals: 1 },
    { name: "seen", kind: "date" },
  ] as const;
  const table = fitTable({ version: 1, columns, constraints: [] } as never, rows);
  const numbers = encodeRows(table, rows);
  const size = modelColumns(table).length;
  const examples = tensor("float32", [400, size], numbers);
  const data = fromArrays({ name: "animals", train: examples, schema: columnsSchema(table) });
  model = (await train(vaeFor(data, { latent: 2 }), data, { epochs: 40, seed: 0 })).model;
  const code = async (species: string) => {
    const own = rows.findIndex((row) => row.species === species && row.weight !== null);
    return model.codes(tensor("float32", [1, size], examples.data.slice(own * size, (own + 1) * size)));
  };
  codes = { small: await code("small"), large: await code("large") };
}, 120_000);

afterAll(() => model.close());

describe("what a code stands for in a table", () => {
  it("is a row, and each column's own distribution", async () => {
    const { row, values, columns } = await columnDistributions(model, codes.large);
    expect(Object.keys(row)).toEqual(["species", "weight", "seen"]);
    expect(row.seen).toMatch(/^2024-03-\d\d$/);
    expect(values.species).toBe(row.species);
    const [species, weight, seen] = columns;
    expect(species?.kind).toBe("category");
    expect(species?.numbers).toBeUndefined();
    const shares = (species?.choices ?? []).reduce(
      (sum, { probability }) => sum + probability,
      species?.missing ?? 0,
    );
    expect(shares).toBeCloseTo(1, 9);
    expect(weight?.missing).toBeGreaterThan(0);
    const { density, quantiles = [], mean = 0 } = weight?.numbers ?? {};
    expect(quantiles.map(({ value }) => value)).toEqual(
      quantiles.map(({ value }) => value).sort((a, b) => a - b),
    );
    expect(quantiles[2]?.text).toMatch(/^\d+\.\d$/);
    expect(mean).toBeGreaterThan(quantiles[0]?.value ?? Infinity);
    const { x = [], y = [] } = density ?? {};
    const step = (x[1] ?? 0) - (x[0] ?? 0);
    const area = y.reduce((sum, one, i) => sum + one * step * (i === 0 || i === y.length - 1 ? 0.5 : 1), 0);
    expect(area).toBeCloseTo(1, 9);
    expect(seen?.numbers?.quantiles[2]?.text).toMatch(/^2024-03-\d\d$/);
  });

  it("differs from code to code, and is the same for the same seed", async () => {
    const share = async (code: typeof codes.large): Promise<number> => {
      const { columns } = await columnDistributions(model, code, { seed: 1 });
      return columns[0]?.choices?.find(({ text }) => text === "large")?.probability ?? 0;
    };
    const [small, large] = [await share(codes.small), await share(codes.large)];
    expect(large).toBeGreaterThan(small + 0.3);
    expect(await share(codes.large)).toBe(large);
  });

  it("is refused for what is no code of a table's model", async () => {
    await expect(columnDistributions(model, tensor("float32", [1, 3]))).rejects.toThrow(
      /must be 2 numbers, got 3/,
    );
    await expect(columnDistributions(model, codes.small, { draws: 1 })).rejects.toThrow(/draws/);
  });
});
