import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { inferTableSchema } from "../data/index.js";
import { openDuckDb, quoted } from "../data/table/files/duckdb.js";
import { scratchFolder } from "../testing/run-cli.js";
import { UserError } from "../tensor/index.js";
import { type TableQualityOptions, tableQuality } from "./table-quality.js";

const goldens = fileURLToPath(new URL("../../goldens/quality", import.meta.url));
const [train, test_, synthetic] = ["train", "test", "synthetic"].map((name) =>
  path.join(goldens, `${name}.csv`),
) as [string, string, string];
const scratch = scratchFolder();
afterAll(scratch.remove);

function file(name: string, content: string | Uint8Array): string {
  const place = path.join(scratch.folder, name);
  writeFileSync(place, content);
  return place;
}

interface Golden {
  readonly options: Omit<TableQualityOptions, "test">;
  readonly figures: Readonly<Record<string, unknown>>;
}

const known = JSON.parse(readFileSync(path.join(goldens, "figures.json"), "utf8")) as Record<string, Golden>;

function numbersIn(value: unknown, name = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[name, value]];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${name}.${key}`));
}

describe("the metric's own figures", () => {
  test.each(Object.entries(known))("target %s", async (_, { options, figures }) => {
    const quality = await tableQuality(train, synthetic, { ...options, test: test_ });
    expect(Object.keys(quality).sort()).toEqual(Object.keys(figures).sort());
    const own = new Map(numbersIn(quality));
    for (const [name, expected] of numbersIn(figures)) {
      // the logistic regression is solved, by either, to a tolerance
      const digits = name === ".detection_auc_logistic" ? 3 : 9;
      if (typeof expected === "number") expect(own.get(name), name).toBeCloseTo(expected, digits);
      else expect(own.get(name), name).toBe(expected);
    }
  });
});

test("a table beside itself is perfect, and all copies", async () => {
  const only = ["shapes", "validity", "privacy"] as const;
  const quality = await tableQuality(train, train, { only, details: true });
  expect(quality).toMatchObject({ shapes: 1, pairs: 1, overall: 1, missing_diff: 0, validity: 1, copies: 1 });
  expect(quality.dcr_median).toBe(0);
  expect(quality.closer_to_train).toBeUndefined();
  expect(quality.worst_pairs?.every(([, , score]) => score === 1)).toBe(true);
});

describe("every kind of file that tables are read from gives the same figures", () => {
  const only = ["shapes", "privacy"] as const;

  test("Parquet and a query", async () => {
    const expected = await tableQuality(train, synthetic, { only });
    const names = ["train", "synthetic"];
    const packed = names.map((name) => path.join(scratch.folder, `${name}.parquet`));
    const opened = await openDuckDb("the test", { threads: 1, writes: true });
    for (const [i, csv] of [train, synthetic].entries()) {
      const rows = `select * from read_csv(${quoted(csv)}, all_varchar = true)`;
      await opened.connection.run(`copy (${rows}) to ${quoted(packed[i] as string)} (format parquet)`);
    }
    await opened.close();
    const [real, made] = packed as [string, string];
    expect(await tableQuality(real, made, { only })).toEqual(expected);
    const folder = process.cwd();
    process.chdir(scratch.folder);
    try {
      expect(await tableQuality("select * from 'train.parquet'", made, { only })).toEqual(expected);
    } finally {
      process.chdir(folder);
    }
  });

  test("semicolons, UTF-16, windows-1252 and a column twice, as training reads them", async () => {
    const text = readFileSync(train, "utf8");
    const expected = await tableQuality(train, train, { only });
    const wide = file("wide.csv", Buffer.from(`\ufeff${text}`, "utf16le"));
    const semicolons = file("semicolons.csv", text.replaceAll(",", ";"));
    expect(await tableQuality(wide, train, { only })).toEqual(expected);
    expect(await tableQuality(semicolons, semicolons, { only })).toEqual(expected);
    const latin = file("latin.csv", Buffer.from("w\nCaf\u00e9\nTh\u00e9\nCaf\u00e9\n", "latin1"));
    const unicode = file("unicode.csv", "w\nCaf\u00e9\nTh\u00e9\nCaf\u00e9\n");
    expect((await tableQuality(latin, unicode, { only })).shapes).toBe(1);
    const twice = file("twice.csv", "a,a\n1,2\n3,4\n5,6\n");
    expect((await tableQuality(twice, twice, { only })).shapes).toBe(1);
  });
});

test("rows of a program are measured as those of a file", async () => {
  const rows = readFileSync(train, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").slice(-5))
    .map(([size, count, weight, day, label]) => ({
      size: Number(size),
      count: Number(count),
      weight: weight === "" ? null : Number(weight),
      day: day === "" ? undefined : new Date(`${day}T00:00:00Z`),
      label,
    }));
  const only = ["shapes"] as const;
  const { kinds, pairs, shapes } = await tableQuality(rows, rows.slice(0, 150), { only });
  expect(kinds).toEqual({ num: 3, date: 1, cat: 1 });
  expect(shapes).toBeGreaterThan(0.9);
  expect(pairs).toBeGreaterThan(0.9);
});

test("dates, zones and spaces are read; impossible days are missing", async () => {
  const [a, b] = [
    file("dates.csv", "when,n\n2024-01-01,1\n2024-01-02T12:00:00Z,2\n2024-02-31, 3 \n2024-01-03,4e0\n"),
    file(
      "dates2.csv",
      "\ufeffwhen;n\r\n2024-01-01;1\r\n2024-01-02 14:00+02:00;2\r\n2024-02-31;3\r\n2024-01-03;4\r\n",
    ),
  ];
  const quality = await tableQuality(a, b, { only: ["shapes", "validity"] });
  expect(quality).toMatchObject({
    kinds: { num: 1, date: 1, cat: 0 },
    shapes: 1,
    validity: 1,
    missing_diff: 0,
  });
});

test("kinds are told by a schema, of this program or SDV's", async () => {
  const codes = file("codes.csv", "zip,n\n1,1\n2,2\n3,3\n4,4\n");
  const only = ["shapes"] as const;
  const own = { columns: [{ name: "zip", kind: "category" }] };
  expect((await tableQuality(codes, codes, { only, schema: own })).kinds).toEqual({
    num: 1,
    date: 0,
    cat: 1,
  });
  const sdv = file("sdv.json", JSON.stringify({ tables: { t: { columns: { zip: { sdtype: "id" } } } } }));
  expect((await tableQuality(codes, codes, { only, schema: sdv, table: "t" })).kinds.cat).toBe(1);
});

describe("columns that tell nothing of quality are left out, and formats read", () => {
  const only = ["shapes", "pairs", "privacy"] as const;
  const day = (k: number): string => new Date(1000 * 86_400_000 + k * 86_400_000).toISOString().slice(0, 10);
  /** Keys and addresses that never repeat; what else there is does, every 60 rows. */
  const people = (name: string, from: number, iso = false): string =>
    file(
      name,
      [
        "id;email;born;income;at;city;team",
        ...Array.from({ length: 120 }, (_, i) => {
          const k = i % 60;
          const born = iso
            ? day(k * 13)
            : day(k * 13)
                .split("-")
                .reverse()
                .join(".");
          const personal = `${90_210_000_017 + 7919 * (from + i)};p${from + i}@example.com`;
          return `${personal};${born};${1000 + k * 11},5;${String(k % 24).padStart(2, "0")}:${k % 6}0;${k % 3 === 0 ? "Rome" : "Paris"};A`;
        }),
        "",
      ].join("\n"),
    );
  const [real, made] = [people("people.csv", 0), people("rows.csv", 500)];
  const expected = {
    kinds: { num: 2, date: 1, cat: 1 },
    overall: 1,
    copies: 1,
    left_out: { id: "a key", email: "it looks like e-mail addresses", team: "it is the same in every row" },
  };

  test("by what is inferred of the first file", async () => {
    expect(await tableQuality(real, made, { only })).toMatchObject(expected);
    // other programs write dates as they like
    expect((await tableQuality(real, people("iso.csv", 500, true), { only })).overall).toBe(1);
  });

  test("by a schema, in which columns can be left out", async () => {
    const schema = await inferTableSchema(real);
    expect(await tableQuality(real, made, { only, schema })).toMatchObject(expected);
    const columns = schema.columns.flatMap((column) =>
      column.name === "city" ? [] : [column.name === "at" ? { ...column, use: false } : column],
    );
    const told = file("told.json", JSON.stringify({ version: 1, columns }));
    expect(await tableQuality(real, made, { only, schema: told })).toMatchObject({
      kinds: { num: 1, date: 1, cat: 0 },
      left_out: { id: "a key", at: "not used", city: "not in the schema" },
    });
    const part = { columns: { born: { kind: "date", format: "%d.%m.%Y" }, id: { kind: "key" } } };
    expect(await tableQuality(real, made, { only, schema: part })).toMatchObject({
      kinds: { num: 0, date: 1, cat: 5 },
      left_out: { id: "a key" },
    });
  });

  test("but for those that are named", async () => {
    const { kinds, left_out } = await tableQuality(real, made, { only, categorical: ["email"] });
    expect([kinds.cat, Object.keys(left_out ?? {})]).toEqual([2, ["id", "team"]]);
  });

  test("numbers and dates that the metric reads by itself are as ever", async () => {
    const lines = Array.from(
      { length: 60 },
      (_, i) => `${i === 0 ? "inf" : i * 1.5},${day(i)},${(i % 2) + 1}`,
    );
    const plain = file("plain.csv", ["x,day,two", ...lines, ""].join("\n"));
    const { kinds, left_out } = await tableQuality(plain, plain, { only: ["validity"] });
    expect([kinds, left_out]).toEqual([{ num: 1, date: 1, cat: 1 }, undefined]);
  });

  test("if nothing is left, that is said", async () => {
    const keys = file("keys.csv", "id,one\n1,1\n2,1\n3,1\n");
    await expect(tableQuality(keys, keys)).rejects.toThrow(
      'keys.csv has no column to compare; not compared: "id" (a key), "one" (it is the same in every row)',
    );
  });
});

test("a report shows every part and needs nothing else", async () => {
  const report = path.join(scratch.folder, "reports", "quality.html");
  await tableQuality(train, synthetic, { test: test_, target: "label", report });
  const html = readFileSync(report, "utf8");
  expect(html.match(/<img /g)).toHaveLength(4);
  for (const words of [
    "Pairs of columns",
    "Distance to the closest",
    "What the figures say",
    "closer_to_train",
  ]) {
    expect(html).toContain(words);
  }
  expect(html).not.toMatch(/src="http/);
});

const tiny = "a,b\n1,x\n2,y\n3,x\n";

test.each<[string, () => Promise<unknown>, RegExp]>([
  [
    "a lacking column",
    () => tableQuality(train, file("no.csv", tiny)),
    /no\.csv, lacks the columns "kind", "size"/,
  ],
  ["an empty file", () => tableQuality(train, file("empty.csv", "")), /empty\.csv is empty/],
  ["no rows", () => tableQuality(train, file("head.csv", "a,b\n")), /head\.csv has column names but no rows/],
  ["no file", () => tableQuality("nowhere.csv", train), /can't read nowhere\.csv/],
  [
    "a target that is no column",
    () => tableQuality(train, synthetic, { test: test_, target: "lable" }),
    /"lable" is no column of train\.csv; did you mean "label"\?/,
  ],
  ["a target without test", () => tableQuality(train, synthetic, { target: "label" }), /as `test`/],
  ["efficacy without a target", () => tableQuality(train, synthetic, { only: ["efficacy"] }), /as `target`/],
  [
    "one row",
    () => tableQuality(file("one.csv", "a,b\n1,2\n"), file("one2.csv", "a,b\n1,2\n")),
    /detection needs 3 rows or more of each table, and one\.csv has 1/,
  ],
  [
    "a ragged line",
    () => tableQuality(file("ragged.csv", "a,b\n1\n"), train),
    /ragged\.csv, line 2: there are 1 cells, but 2 columns/,
  ],
  ["no such category", () => tableQuality(train, synthetic, { categorical: ["nope"] }), /no column "nope"/],
  [
    "a report that is no page",
    () => tableQuality(train, synthetic, { report: "x.pdf" }),
    /must end in \.html/,
  ],
  [
    "a target that is always missing",
    () =>
      tableQuality(train, file("gone.csv", `${readFileSync(train, "utf8").replace(/(yes|no)$/gm, "")}`), {
        test: test_,
        target: "label",
        only: ["efficacy"],
      }),
    /"label" is missing in every row of the synthetic table/,
  ],
])("%s is told", async (_, call, message) => {
  const error: unknown = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(message);
});

test("one row is measured where that can be", async () => {
  const one = file("single.csv", "a,b\n1,x\n");
  const quality = await tableQuality(one, one, { test: one, only: ["shapes", "validity", "privacy"] });
  expect(quality).toMatchObject({ shapes: 1, validity: 1, copies: 1, duplicates: 0 });
});

test("a missing cell matches a missing one only", async () => {
  const a = file("gaps.csv", "n,c\n0,x\n10,x\n,x\n5,y\n");
  const b = file("gaps2.csv", "n,c\n,x\n,y\n");
  const quality = await tableQuality(a, b, { only: ["privacy"] });
  // the first is a copy; the second is 1 from every number, but its c is that of the last row
  expect(quality.copies).toBe(0.5);
  expect(quality.dcr_median).toBeCloseTo(0.25, 12);
});
