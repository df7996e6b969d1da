import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { datasets, inferTableSchema, type TableRecord } from "../data/index.js";
import { type TrainedVae, vae, vaeFor } from "../model/index.js";
import { train } from "../node.js";
import { RandomStream, UserError } from "../tensor/index.js";
import { type ImputedRows, imputeRows } from "./index.js";

/*
 * A table in which everything is known: `band` is told by `heat`, which lies in three parts, `level` goes with `grade`, `done` is never before `begun`, `net` and `tax`
 * make `gross`, `hours` go round.
 */

const names = [
  "id",
  "heat",
  "band",
  "grade",
  "level",
  "begun",
  "done",
  "net",
  "tax",
  "gross",
  "hour",
  "note",
];
const grades = ["basic", "middle", "high"];

function date(days: number): string {
  return new Date((19_000 + days) * 86_400_000).toISOString().slice(0, 10);
}

function rowsOf(count: number, seed: number): string[][] {
  const u = new RandomStream(seed, "table").uniform(new Float64Array(8 * count), 0);
  return Array.from({ length: count }, (_, i) => {
    const draw = (k: number): number => u[8 * i + k] ?? 0;
    const heat = 30 * draw(0) + 7 * Math.floor(3 * draw(0)) - 10;
    const grade = Math.floor(3 * draw(1));
    const begun = Math.floor(200 * draw(2));
    const net = Math.round(1000 + 3000 * draw(3) + 1000 * grade);
    const tax = Math.round(net * (0.1 + 0.1 * draw(4)));
    return [
      `K-${String(i).padStart(5, "0")}`,
      heat.toFixed(2),
      heat < 5 ? "cold" : heat < 20 ? "mild" : "hot",
      grades[grade] ?? "",
      String(grade + 1),
      date(begun),
      date(begun + Math.floor(60 * draw(5))),
      String(net),
      String(tax),
      String(net + tax),
      ((23.5 + 2 * draw(6)) % 24).toFixed(1),
      `"free, text ${i}"`,
    ];
  });
}

const csvOf = (rows: readonly (readonly string[])[]): string =>
  [names, ...rows].map((row) => `${row.join(",")}\n`).join("");

const recordOf = (row: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name, i) => [name, row[i] ?? ""]));

/** The same rows with cells left out at random, none of keys and texts. */
function holed(rows: readonly (readonly string[])[], share: number, seed: number): string[][] {
  const u = new RandomStream(seed, "holes").uniform(new Float64Array(rows.length * names.length), 0);
  return rows.map((row, i) =>
    row.map((text, k) => (k > 0 && k < 11 && (u[i * names.length + k] ?? 1) < share ? "" : text)),
  );
}

let folder: string;
let model: TrainedVae;
const truth = rowsOf(150, 7);
const given = holed(truth, 0.3, 3);
let imputed: ImputedRows;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-impute-"));
  const path = join(folder, "table.csv");
  await writeFile(path, csvOf(rowsOf(600, 1)));
  const inferred = await inferTableSchema(path);
  const columns = inferred.columns.map((column) =>
    column.name === "hour" ? ({ ...column, kind: "angle", range: [0, 24] } as const) : column,
  );
  const schema = {
    ...inferred,
    columns,
    constraints: [
      ...inferred.constraints,
      { type: "at-least", a: "done", b: "begun" },
      { type: "sum", of: ["net", "tax"], is: "gross" },
    ],
  } as const;
  const data = await datasets.table(path, { seed: 0, schema });
  const run = await train(vaeFor(data, { latent: 6 }), data, {
    epochs: 60,
    batchSize: 32,
    seed: 0,
    threads: 1,
  });
  model = run.model;
  imputed = await imputeRows(model, given.map(recordOf), { draws: 10, seed: 1 });
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

const cell = (rows: Pick<ImputedRows, "names" | "cells">, row: number, name: string): string =>
  rows.cells[row]?.[rows.names.indexOf(name)] ?? "";

describe("imputeRows", () => {
  test("learned what was to be learned", () => {
    const table = model.schema.kind === "columns" ? model.schema.table : undefined;
    const kinds = new Map(table?.columns.map((column) => [column.name, column.as]));
    expect(kinds.get("id")).toBe("key");
    expect(kinds.get("level")).toBe("determined");
    expect(kinds.get("gross")).toBe("sum");
    expect(kinds.get("hour")).toBe("angle");
  });

  test("keeps every cell that was there, and fills all that were not, in order", () => {
    expect(imputed.names).toEqual(names);
    expect(imputed.cells).toHaveLength(given.length);
    let missing = 0;
    for (const [i, row] of given.entries()) {
      for (const [k, text] of row.entries()) {
        const now = imputed.cells[i]?.[k];
        if (text === "") missing++;
        if (text === "") expect(now, `${i} ${names[k]}`).not.toBe("");
        else expect(now).toBe(text);
      }
    }
    expect(imputed.filled).toHaveLength(missing);
    for (const one of imputed.filled) expect(one.text).toBe(cell(imputed, one.row, one.column));
  });

  test("constraints hold in every row", () => {
    for (let row = 0; row < given.length; row++) {
      const of = (name: string): string => cell(imputed, row, name);
      expect(of("done") >= of("begun"), `${row}`).toBe(true);
      expect(Number(of("net")) + Number(of("tax"))).toBe(Number(of("gross")));
      expect(grades[Number(of("level")) - 1]).toBe(of("grade"));
    }
  });

  test("what follows from what is known is right", () => {
    const rightOf = (name: string, by: (row: readonly string[]) => boolean): number => {
      const told = imputed.filled.filter(({ row, column }) => column === name && by(given[row] ?? []));
      expect(told.length).toBeGreaterThan(15);
      return told.filter(({ row, text }) => truth[row]?.[names.indexOf(name)] === text).length / told.length;
    };
    expect(rightOf("band", (row) => row[1] !== "")).toBeGreaterThan(0.9);
    expect(rightOf("level", (row) => row[3] !== "")).toBe(1);
    expect(rightOf("grade", (row) => row[4] !== "")).toBe(1);
    expect(rightOf("gross", (row) => row[7] !== "" && row[8] !== "")).toBe(1);
    expect(rightOf("tax", (row) => row[7] !== "" && row[9] !== "")).toBe(1);
  });

  test("numbers are nearer than the mean, where another column tells of them", () => {
    const told = imputed.filled.filter(({ row, column }) => column === "heat" && given[row]?.[2] !== "");
    const errors = told.map(({ row, value }) => Number(value) - Number(truth[row]?.[1]));
    const all = truth.map((row) => Number(row[1]));
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    const spread = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length);
    const rmse = Math.sqrt(errors.reduce((sum, value) => sum + value ** 2, 0) / errors.length);
    expect(rmse / spread).toBeLessThan(0.6);
  });

  test("what goes round has its mean around midnight", () => {
    const hours = imputed.filled.filter(({ column }) => column === "hour");
    expect(hours.length).toBeGreaterThan(20);
    for (const { value, deviation } of hours) {
      expect(Number(value) >= 22.5 || Number(value) <= 2.5, String(value)).toBe(true);
      expect(deviation).toBeLessThan(3);
    }
  });

  test("tells how sure it is", () => {
    for (const { column, probability, deviation, low, high, value } of imputed.filled) {
      if (["band", "grade"].includes(column)) {
        expect(probability).toBeGreaterThan(0);
        expect(probability).toBeLessThanOrEqual(1);
        expect(deviation).toBeUndefined();
      } else if (column === "net") {
        expect(deviation).toBeGreaterThanOrEqual(0);
        expect(Number(low)).toBeLessThanOrEqual(Number(high));
        expect(typeof value).toBe("number");
      }
    }
    const sums = imputed.filled.filter(
      ({ row, column }) => column === "gross" && given[row]?.[7] !== "" && given[row]?.[8] !== "",
    );
    expect(sums.every(({ deviation }) => deviation === 0)).toBe(true);
    const nets = imputed.filled.filter(({ row, column }) => column === "net" && given[row]?.[9] === "");
    expect(nets.some(({ deviation = 0 }) => deviation > 0)).toBe(true);
  });

  test("is the same with the same seed, and another with another", async () => {
    const some = given.slice(0, 30).map(recordOf);
    const [a, b, c] = [
      await imputeRows(model, some, { draws: 3, seed: 5 }),
      await imputeRows(model, some, { draws: 3, seed: 5 }),
      await imputeRows(model, some, { draws: 3, seed: 6 }),
    ];
    expect(a).toEqual(b);
    expect(a.cells).not.toEqual(c.cells);
  });

  test("gives all completed tables below each other", async () => {
    const some = given.slice(0, 40);
    const all = await imputeRows(model, some.map(recordOf), { draws: 4, multiple: true });
    expect(all.names).toEqual(["imputation", ...names]);
    expect(all.values.map(([number]) => number)).toEqual([1, 2, 3, 4].flatMap((k) => some.map(() => k)));
    for (const [i, row] of all.cells.entries()) {
      const own = some[i % some.length] ?? [];
      own.forEach((text, k) =>
        text === "" ? expect(row[k + 1]).not.toBe("") : expect(row[k + 1]).toBe(text),
      );
      const of = (name: string): string => cell(all, i, name);
      expect(of("done") >= of("begun")).toBe(true);
      expect(Number(of("net")) + Number(of("tax"))).toBe(Number(of("gross")));
      expect(grades[Number(of("level")) - 1]).toBe(of("grade"));
    }
    const heats = all.filled.filter(({ column }) => column === "heat");
    const drawn = heats.map(({ row }) => [0, 1, 2, 3].map((k) => cell(all, k * some.length + row, "heat")));
    expect(drawn.some((texts) => new Set(texts).size > 1)).toBe(true);
  });

  test("takes values of programs, keeps what it doesn't know, and adds columns that all rows lack", async () => {
    const rows: TableRecord[] = [
      { extra: "x", heat: null, band: "hot", net: 2500, id: "A" },
      { extra: 7, heat: 3.5, net: undefined, hour: Number.NaN },
    ];
    const found = await imputeRows(model, rows, { draws: 5 });
    expect(found.names.slice(0, 6)).toEqual(["extra", "heat", "band", "net", "id", "hour"]);
    const value = (row: number, name: string) => found.values[row]?.[found.names.indexOf(name)];
    expect([value(0, "extra"), value(1, "extra"), value(0, "net"), value(1, "heat")]).toEqual([
      "x",
      7,
      2500,
      3.5,
    ]);
    expect(value(0, "heat")).toBeGreaterThan(10);
    expect(value(1, "band")).toBe("cold");
    expect(value(1, "id")).toBe(null);
    expect(value(0, "begun")).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(found.notes.join(" ")).toContain('There is no column "gross"');
    expect((await imputeRows(model, [])).cells).toEqual([]);
  });

  test("known cells that contradict each other are told of, and kept", async () => {
    const found = await imputeRows(model, [
      { net: "", tax: "5000", gross: "1000", grade: "basic", level: "" },
    ]);
    expect(found.notes.join(" ")).not.toContain("contradict");
    expect(cell(found, 0, "net")).toBe("-4000");
    const strange = await imputeRows(model, [{ grade: "", level: "9" }]);
    expect(strange.notes.join(" ")).toContain("In 1 row the known cells contradict");
    expect(cell(strange, 0, "level")).toBe("9");
    expect(grades).toContain(cell(strange, 0, "grade"));
  });

  test("refuses models of something else, and names a cell that can't be read", async () => {
    const weights = vae({ input: [2] });
    const other = { definition: weights, weights: {}, schema: { kind: "vector" } } as unknown as TrainedVae;
    await expect(imputeRows(other, [{ a: 1 }])).rejects.toThrow(/not trained on a table/);
    const rows = [{ heat: "1" }, { heat: "warm", band: "" }];
    const failed = imputeRows(model, rows);
    await expect(failed).rejects.toThrow(UserError);
    await expect(failed).rejects.toThrow(/row 2 has "warm" in the column "heat"/);
    await expect(imputeRows(model, [{ net: "", tax: 1, gross: "much" }])).rejects.toThrow(/"much".*"gross"/);
    await expect(imputeRows(model, rows, { draws: 0 })).rejects.toThrow(/draws/);
  });
});
