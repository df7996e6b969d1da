import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasets } from "../data/index.js";
import { type TrainedVae, vaeFor } from "../model/index.js";
import { train } from "../node.js";
import { RandomStream } from "../tensor/index.js";
import { generateRows } from "./generate.js";

let folder = "";
let model: TrainedVae;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-rows-"));
  const draws = new RandomStream(1, "rows").uniform(new Float64Array(1200), 0);
  const lines = Array.from({ length: 400 }, (_, i) => {
    const species = (draws[3 * i] ?? 0) < 0.6 ? "small" : "large";
    const weight = (species === "small" ? 10 : 50) + 8 * (draws[3 * i + 1] ?? 0);
    const gap = (draws[3 * i + 2] ?? 0) < 0.2;
    return `P-${String(i).padStart(4, "0")},${species},${gap ? "" : weight.toFixed(1)}`;
  });
  await writeFile(join(folder, "rows.csv"), ["id,species,weight", ...lines].join("\n"));
  const data = await datasets.table(join(folder, "rows.csv"));
  const run = await train(vaeFor(data, { latent: 2 }), data, { epochs: 30, seed: 0 });
  model = run.model;
});

afterAll(async () => {
  await model.close();
  await rm(folder, { recursive: true, force: true });
});

describe("generateRows", () => {
  it("draws rows in the table's own format, with gaps at their own rate, the same for the same seed", async () => {
    const rows = await generateRows(model, 500, { seed: 3 });
    expect(rows.names).toEqual(["id", "species", "weight"]);
    expect(rows.cells).toHaveLength(500);
    expect(
      rows.cells.every(
        ([id, species, weight]) =>
          /^P-\d{4}$/.test(id ?? "") &&
          /^(small|large)$/.test(species ?? "") &&
          /^(\d+(\.\d)?)?$/.test(weight ?? ""),
      ),
    ).toBe(true);
    expect(new Set(rows.cells.map(([id]) => id)).size).toBe(500);
    const share = (test: (row: readonly string[]) => boolean): number => rows.cells.filter(test).length / 500;
    // five deviations of a share of 0.2 of 500 and what 400 rows leave open
    expect(Math.abs(share(([, , weight]) => weight === "") - 0.2)).toBeLessThan(0.12);
    expect(Math.abs(share(([, species]) => species === "small") - 0.6)).toBeLessThan(0.15);
    expect((await generateRows(model, 500, { seed: 3 })).cells).toEqual(rows.cells);
    expect((await generateRows(model, 500, { seed: 4 })).cells).not.toEqual(rows.cells);
  });

  it("meets conditions in every row", async () => {
    const large = await generateRows(model, 60, { seed: 1, where: "species=large" });
    expect(large.cells.every(([, species]) => species === "large")).toBe(true);
    const weights = large.values.flatMap(([, , weight]) => (typeof weight === "number" ? [weight] : []));
    expect(weights.filter((weight) => weight > 30).length / weights.length).toBeGreaterThan(0.8);
    const ranged = await generateRows(model, 40, { seed: 1, where: "weight>=14 and weight<=52" });
    expect(ranged.values.every(([, , weight]) => Number(weight) >= 14 && Number(weight) <= 52)).toBe(true);
    expect(ranged.drawn).toBeGreaterThanOrEqual(40);
  });

  it("leaves out rows that are not accepted, the others as they are without", async () => {
    const all = await generateRows(model, 60, { seed: 2 });
    const seen: unknown[] = [];
    const some = await generateRows(model, 60, {
      seed: 2,
      accept: (row) => {
        seen.push(row);
        return row.species !== "large";
      },
    });
    expect(some.values.every(([, species]) => species === "small")).toBe(true);
    expect(seen).toHaveLength(some.drawn);
    const small = all.cells.filter(([, species]) => species === "small");
    expect(some.cells.slice(0, small.length)).toEqual(small);
    const given = await generateRows(model, 5, {
      where: "species=large",
      accept: ({ weight }) => weight === null,
    });
    expect(given.cells.every(([, species, weight]) => species === "large" && weight === "")).toBe(true);
    await expect(generateRows(model, 5, { accept: () => false, tries: 1 })).rejects.toThrow(
      /^accept: only 0 of 20,000 drawn rows are accepted, too few for 5/,
    );
  });

  it("gives up where too few rows meet them, and says what can't be", async () => {
    await expect(
      generateRows(model, 20, { where: "weight>=57.9 and species=small", tries: 1 }),
    ).rejects.toThrow(/only \d+ of 20,000 drawn rows meet/);
    await expect(generateRows(model, 5, { where: "id=P-0001" })).rejects.toThrow(/made anew for each row/);
    await expect(generateRows(model, 0)).rejects.toThrow(/whole number from 1/);
  });
});
