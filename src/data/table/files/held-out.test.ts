import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasets } from "../../index.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const table = (heading: string, lines: readonly string[]): string => [heading, ...lines, ""].join("\n");
const lines = (count: number, from: number): string[] =>
  Array.from({ length: count }, (_, i) => `${from + 2 * i};${["red", "blue"][i % 2]}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-held-"));
  await writeFile(at("train.csv"), table("size;colour", lines(40, 0)));
  await writeFile(at("held.csv"), table("colour;size;more", ["blue;1000;x", "green;4;y", "red;;z"]));
});
afterAll(() => rm(folder, { recursive: true }));

test("a table of held-out rows is read by what was learned of the training rows alone", async () => {
  const alone = await datasets.table(at("train.csv"), { validation: 0 });
  const data = await datasets.table(at("train.csv"), { validation: at("held.csv") });
  expect(data.train).toEqual(alone.train);
  expect(data.schema).toEqual(alone.schema);
  expect(data.validation).toBe(data.test);
  expect(data.test.length).toBe(3);
  expect(data.heldOut).toBe(at("held.csv"));
  const [colour, size] = ["colour", "size"].map((name) =>
    data.schema?.kind === "columns" ? data.schema.columns.findIndex((one) => one.name === name) : -1,
  ) as [number, number];
  const width = data.shape[0] as number;
  const cell = (row: number, column: number): number =>
    data.test.examples.data[row * width + column] as number;
  // columns are found by their names; what training rows don't have is hidden, and far out what lies far out
  expect(cell(0, colour)).toBe(alone.train.examples.data[1 * width + colour]);
  expect(cell(1, colour)).toBeNaN();
  expect(cell(2, size)).toBeNaN();
  expect(cell(0, size)).toBeGreaterThan(Math.max(...Array.from(alone.train.examples.data)));
  expect(data.notes[0]).toMatch(
    /^The 3 rows of .*held\.csv are for validation and testing; everything is learned from the 40 /,
  );
});

test("a share, or a number, of rows is recorded as it was told", async () => {
  const data = await datasets.table(at("train.csv"), { validation: 0.25 });
  expect([data.heldOut, data.train.length, data.validation?.length]).toEqual([0.25, 30, 10]);
  expect((await datasets.table(at("train.csv"))).heldOut).toBeUndefined();
});

test("held-out rows that don't fit are refused by file, column and row", async () => {
  await writeFile(at("other.csv"), table("colour;length", ["red;1"]));
  await writeFile(at("words.csv"), table("colour;size", ["red;1", "red;large"]));
  await writeFile(at("none.csv"), "colour;size\n");
  const reading = (name: string) => datasets.table(at("train.csv"), { validation: at(name) });
  await expect(reading("other.csv")).rejects.toThrow(
    /other\.csv has no column "size", which the training rows of .*train\.csv have; its columns are colour, length$/,
  );
  await expect(reading("words.csv")).rejects.toThrow(
    /words\.csv: row 2 has "large" in the column "size", which is of kind/,
  );
  await expect(reading("none.csv")).rejects.toThrow(/none\.csv has no rows/);
  await expect(reading("absent.csv")).rejects.toThrow(/absent\.csv/);
  await expect(datasets.table(at("train.csv"), { validation: -1 })).rejects.toThrow(
    "validation must be a number of rows, a share below 1, or the path of a table of held-out rows",
  );
});

test("the delimiter is each file's own, whatever the training file's, a held-out table's or a schema's is", async () => {
  const data = await datasets.table(at("train.csv"), { validation: 0 });
  const fitted = data.schema?.kind === "columns" ? data.schema.table : undefined;
  if (fitted === undefined) throw new Error("no table");
  const rows = lines(40, 0).map((line) => line.split(";"));
  for (const [name, delimiter] of Object.entries({ "c.csv": ",", "t.tsv": "\t", "p.txt": "|" })) {
    const text = table(
      `size${delimiter}colour`,
      rows.map((row) => row.join(delimiter)),
    );
    await writeFile(at(name), text);
    for (const told of [{ fitted }, { schema: fitted.schema, validation: 0 }]) {
      const read = await datasets.table(at(name), told);
      expect(read.train.examples.data, name).toEqual(data.train.examples.data);
    }
    const held = await datasets.table(at("train.csv"), { validation: at(name) });
    expect(held.test.examples.data, name).toEqual(data.train.examples.data);
  }
  const again = await datasets.table(at("t.tsv"), { schema: fitted.schema, validation: 0 });
  expect(again.schema).toMatchObject({ table: { schema: { file: { format: "tsv", delimiter: "\t" } } } });
  // a delimiter that is never told from a file is the known one
  const file = { ...fitted.schema.file, format: "csv", delimiter: "~" } as const;
  await writeFile(
    at("odd.csv"),
    table(
      "size~colour",
      rows.map((row) => row.join("~")),
    ),
  );
  const odd = await datasets.table(at("odd.csv"), {
    fitted: { ...fitted, schema: { ...fitted.schema, file } },
  });
  expect(odd.train.examples.data).toEqual(data.train.examples.data);
});

test("a table of a single row is refused as one", async () => {
  await writeFile(at("single.csv"), "size;colour\n1;red\n");
  await expect(datasets.table(at("single.csv"))).rejects.toThrow(/single row; .* needs two rows at least$/);
});
