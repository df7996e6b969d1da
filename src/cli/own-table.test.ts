import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliResult, runCli, scratchFolder } from "../testing/run-cli.js";

const scratch = scratchFolder();
const at = (name: string): string => path.join(scratch.folder, name);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });
afterAll(scratch.remove);

const read = (name: string): string[] => readFileSync(at(name), "utf8").trimEnd().split("\n");

/** Headings that are no names: blanks around, twice the same, none at all. */
const heading = " Age ;part;part;;site;known";

/** Ages go with parts; `site` is the same in every row, `known` is kept out of the model. */
const line = (i: number, hole = ""): string =>
  [
    hole === "age" ? "" : 20 + ((i * 7) % 40),
    (i * 7) % 40 < 20 ? "low" : "high",
    hole === "part" ? "" : ["x", "y", "z"][i % 3],
    `${(i * 13) % 10},5`,
    hole === "site" ? "" : "Oslo",
    i % 10 === 0 ? "yes" : "no",
  ].join(";");

beforeAll(async () => {
  const rows = Array.from({ length: 120 }, (_, i) => line(i));
  writeFileSync(at("rows.csv"), [heading, ...rows, ""].join("\n"));
  const inspected = await latent("data", "inspect", "rows.csv", "--out", "schema.json");
  expect(inspected.code, inspected.stderr).toBe(0);
  const schema = JSON.parse(readFileSync(at("schema.json"), "utf8")) as { columns: { name: string }[] };
  const columns = schema.columns.map((one) => (one.name === "known" ? { ...one, use: false } : one));
  writeFileSync(at("schema.json"), JSON.stringify({ ...schema, columns }));
  const told = ["--schema", "schema.json", "--epochs", "3", "--z", "2", "--threads", "1", "--no-pictures"];
  const { code, stderr } = await latent("train", "rows.csv", ...told, "--out", "run");
  expect(code, stderr).toBe(0);
}, 60_000);

test("impute fills the cells of a constant column, and leaves headings as they are", async () => {
  const holes = ["site", "age", "part", ""].map((hole, i) => line(i, hole));
  writeFileSync(at("holes.csv"), [heading, ...holes, ""].join("\n"));
  const { code, stderr } = await latent("impute", "run", "holes.csv", "--draws", "3", "--out", "filled.csv");
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("3 missing cells filled in 3 of 4 rows");
  const [head, first, , , last] = read("filled.csv");
  expect([head, first, last]).toEqual([heading, line(0), line(3)]);
  const many = ["--draws", "2", "--multiple", "--out", "many.csv"];
  expect((await latent("impute", "run", "holes.csv", ...many)).code).toBe(0);
  expect(read("many.csv")[0]).toBe(`imputation;${heading.replace(";;", ";column4;")}`);
  expect((await latent("impute", "run", "holes.csv", "--draws", "2", "--out", "filled.jsonl")).code).toBe(0);
  expect(Object.keys(JSON.parse(read("filled.jsonl")[0] ?? "") as object)).toEqual([
    ...["Age", "part", "part_2", "column4", "site", "known"],
  ]);
});

test("rows that are drawn stand below the table's own headings", async () => {
  const { code, stderr } = await latent("generate", "run", "--n", "5", "--out", "drawn.csv");
  expect(code, stderr).toBe(0);
  expect(read("drawn.csv")[0]).toBe(heading);
});

test("attribute and score tell rows apart by the table's columns, also those that the model hasn't", async () => {
  const groups = ["--positive", "part=high and Age>=45", "--negative", "part=low"];
  const found = await latent("attribute", "run", "rows.csv", ...groups, "--out", "direction.json");
  expect(found.code, found.stderr).toBe(0);
  const ages = Array.from({ length: 120 }, (_, i) => 20 + ((i * 7) % 40));
  const { positive, negative } = JSON.parse(readFileSync(at("direction.json"), "utf8")) as Record<
    string,
    number
  >;
  expect([positive, negative]).toEqual([
    ages.filter((age) => age >= 45).length,
    ages.filter((age) => age < 40).length,
  ]);
  const scored = await latent("score", "run", "rows.csv", "--anomalies", "known=yes", "--json");
  expect(scored.code, scored.stderr).toBe(0);
  const { areas } = JSON.parse(scored.stdout) as { areas: Record<string, { roc: number }> };
  expect(areas.recommended?.roc).toBeGreaterThan(0);
});

test.each([
  [["--anomalies", "known=perhaps"], /--anomalies: no row of the table meets "known=perhaps"/],
  [["--anomalies", "knwon=yes"], /--anomalies: the table has no column "knwon"; did you mean "known"/],
  [["--anomalies", "Age=old"], /--anomalies: "old" is no integer, which "Age" holds/],
  [["--anomalies", "site=Oslo"], /--anomalies names all examples/],
])("score %j is refused", async (told, words) => {
  const { code, stderr } = await latent("score", "run", "rows.csv", ...told);
  expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
});

test("groups of rows need the table named, and both of them", async () => {
  const bare = await latent("score", "run", "--anomalies", "known=yes");
  expect([bare.code, bare.stderr]).toEqual([
    2,
    expect.stringMatching(/--anomalies looks at the rows of a table: name it/),
  ]);
  const one = await latent("attribute", "run", "rows.csv", "--positive", "part=low");
  expect([one.code, one.stderr]).toEqual([2, expect.stringMatching(/--negative is missing/)]);
});

test("walks through the latent space are rows with their codes", async () => {
  const walk = async (...args: string[]): Promise<string[][]> => {
    const { code, stdout, stderr } = await latent(...args);
    expect(code, stderr).toBe(0);
    return read(stdout.trim()).map((one) => one.split(";"));
  };
  const [moved, ...rows] = await walk("traverse", "run", "--dims", "1", "--steps", "5");
  expect(moved?.join(";")).toBe(`moved;value;z1;z2;${heading.replace(";;", ";column4;")}`);
  expect(rows.map((row) => row.slice(0, 4))).toEqual(
    [-3, -1.5, 0, 1.5, 3].map((z) => ["z2", String(z), "0", String(z)]),
  );
  expect(rows.every((row) => row.length === 10 && row[8] === "Oslo")).toBe(true);
  const [between, ...path] = await walk("interpolate", "run", "--data", "rows.csv", "--steps", "3");
  expect(between?.slice(0, 4)).toEqual(["share", "z1", "z2", " Age "]);
  expect(path.map(([share]) => share)).toEqual(["0", "0.5", "1"]);
  const [plane, ...places] = await walk("manifold", "run", "--size", "4");
  expect(plane?.slice(0, 3)).toEqual(["z1", "z2", " Age "]);
  expect(places).toHaveLength(16);
  for (const command of ["traverse", "interpolate", "manifold"]) {
    const { code, stderr } = await latent(command, "run", "--out", "no.png");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/--out no\.png: rows of a table have no picture/),
    ]);
  }
});
