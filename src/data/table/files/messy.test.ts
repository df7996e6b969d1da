import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeRows } from "../decode.js";
import type { FittedTable } from "../fitted.js";
import type { TableColumn } from "../schema.js";
import { inferTableSchema } from "./inspect-table.js";
import { loadTable, type TableOptions } from "./table-dataset.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-messy-"));
});
afterAll(() => rm(folder, { recursive: true }));

let counter = 0;
async function file(content: string | Uint8Array, ending = "csv"): Promise<string> {
  const path = join(folder, `t${counter++}.${ending}`);
  await writeFile(path, content);
  return path;
}

async function columnsOf(content: string | Uint8Array, ending = "csv"): Promise<TableColumn[]> {
  return [...(await inferTableSchema(await file(content, ending))).columns];
}

/** What comes out of a table when its own rows are decoded. */
async function back(path: string, options: TableOptions = {}): Promise<string[][]> {
  const { schema, train } = await loadTable(path, { validation: 0, ...options });
  const table = (schema as { readonly table?: FittedTable } | undefined)?.table;
  if (table === undefined) throw new Error("no table");
  return decodeRows(table, train.examples.data).cells.map((row) => [...row]);
}

const twice = (lines: readonly string[], times = 2): string[] =>
  Array.from({ length: times }, () => lines).flat();

describe("what a file is made of", () => {
  test("a byte order mark is no part of the first name", async () => {
    const [first] = await columnsOf("\ufeffage,city\n31,Rome\n32,Oslo\n");
    expect(first?.name).toBe("age");
    expect((await inferTableSchema(await file("\ufeffage,city\n31,Rome\n"))).file?.bom).toBe(true);
  });

  test.each([
    ["\r\n", "\r\n"],
    ["\n", undefined],
    ["\r", "\r"],
  ])("lines end in %j", async (newline, told) => {
    const path = await file(["a,b", "1,x", "2,y", "3,x", ""].join(newline));
    expect((await inferTableSchema(path)).file?.newline).toBe(told);
    expect(await back(path)).toEqual([
      ["1", "x"],
      ["2", "y"],
      ["3", "x"],
    ]);
  });

  test("ends of lines may be mixed, and a heading in quotes may have one inside", async () => {
    const path = await file('a,"b\r\nc"\r\n1,x\n2,y\r\n');
    expect((await inferTableSchema(path)).columns.map(({ name }) => name)).toEqual(["a", "b\r\nc"]);
    expect(await back(path)).toEqual([
      ["1", "x"],
      ["2", "y"],
    ]);
  });

  test("newlines, delimiters and quotes in quotes are kept", async () => {
    const rows = [
      ["1", 'say "hi"\nthere'],
      ["2", "a,b"],
      ["3", "a,b"],
    ];
    const text = rows.map(([n, s]) => `${n},"${s?.replaceAll('"', '""')}"`).join("\n");
    expect(await back(await file(`n,s\n${text}\n`))).toEqual(rows);
  });

  test("the last line need not end, and blank lines are none", async () => {
    expect(await back(await file("a,b\n1,x\n\n2,y\n\n3,x"))).toHaveLength(3);
  });

  test.each([
    [";", "csv"],
    ["\t", "tsv"],
    ["|", "csv"],
  ])("cells are told apart by %j", async (delimiter, ending) => {
    const lines = ["a,b,c", "1,x,2", "2,y,3", "3,z,5"].map((line) => line.replaceAll(",", delimiter));
    expect((await columnsOf(lines.join("\n"), ending)).map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  test("gzipped files and other encodings are read", async () => {
    const text = "stadt,n\nKöln,1\nZürich,2\nKöln,3\n";
    expect((await back(await file(gzipSync(text), "csv.gz")))[0]?.[0]).toBe("Köln");
    const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
    expect((await back(await file(utf16)))[1]?.[0]).toBe("Zürich");
    const latin = await inferTableSchema(await file(Buffer.from(text, "latin1")));
    expect(latin.columns[0]?.categories).toEqual(["Köln", "Zürich"]);
    expect(latin.notes?.join(" ")).toContain("windows-1252");
  });

  test("names that are doubled or missing get others, which is said", async () => {
    const { columns, notes } = await inferTableSchema(await file("a,a,,b\n1,x,3,4\n2,y,4,5\n"));
    expect(columns.map(({ name }) => name)).toEqual(["a", "a_2", "column3", "b"]);
    expect(notes?.join(" ")).toMatch(/several columns "a".*Column 3 has no name/);
  });

  test("a first line of data is data", async () => {
    const { columns, file: layout } = await inferTableSchema(
      await file("39,State-gov,13\n50,Private,13\n38,Private,9\n"),
    );
    expect(columns.map(({ name }) => name)).toEqual(["column1", "column2", "column3"]);
    expect(layout?.header).toBe(false);
    expect(await back(await file("39,State-gov,13\n50,Private,12\n38,Private,9\n"))).toHaveLength(3);
  });

  test.each([
    ["", /is empty/],
    ["\n\n", /is empty/],
    ["a,b\n", /no rows, only a heading/],
    ["a,b,c\n1,2,3\n4,5\n6,7,8\n", /line 3: there are 2 cells, but 3 columns/],
    ["a,b\n1,2\n3,4,5\n", /line 3: there are 3 cells, but 2 columns/],
    ['a,b\n1,"x\n2,y\n', /line 2: a quote is opened and not closed/],
    ['a,b\n1,"x"y\n2,z\n', /line 2: there is text behind a closing quote/],
  ])("%j is refused with what is wrong and where", async (content, words) => {
    await expect(loadTable(await file(content))).rejects.toThrow(words);
  });
});

describe("what columns hold", () => {
  test("decimal commas and points between thousands", async () => {
    const path = await file("preis;menge\n1.234,50;1.000\n2,75;2.500\n10,00;3.000\n");
    const [price, amount] = (await inferTableSchema(path)).columns;
    expect(price).toMatchObject({ kind: "positive", decimalMark: ",", thousands: ".", decimals: 2 });
    expect(amount).toMatchObject({ thousands: ".", range: [1000, 3000] });
    expect(await back(path)).toEqual([
      ["1.234,50", "1.000"],
      ["2,75", "2.500"],
      ["10,00", "3.000"],
    ]);
  });

  test("commas between thousands, currencies and per cent", async () => {
    const path = await file('a,b,c\n"1,234",$5.50,10%\n"12,345,678","$1,000.25",7%\n-5,-$3.00,2%\n');
    expect((await inferTableSchema(path)).columns.map(({ kind }) => kind)).toEqual([
      "integer",
      "number",
      "integer",
    ]);
    expect(await back(path)).toEqual([
      ["1,234", "$5.50", "10%"],
      ["12,345,678", "$1,000.25", "7%"],
      ["-5", "-$3.00", "2%"],
    ]);
  });

  test("letters before a number make it no number", async () => {
    expect((await columnsOf("a\nx1\nx2\nx1\n"))[0]?.kind).toBe("category");
  });

  test("leading zeros are text", async () => {
    const path = await file(["zip,n", ...twice(["01234,1", "98765,2", "00501,3"])].join("\n"));
    expect((await inferTableSchema(path)).columns[0]?.kind).toBe("category");
    expect((await back(path))[0]?.[0]).toBe("01234");
  });

  test("more digits than a number keeps are text", async () => {
    const path = await file(["card", ...twice(["4111111111111111111", "4111111111111111112"])].join("\n"));
    expect((await back(path)).map(([card]) => card)).toContain("4111111111111111112");
  });

  test("mixed types are a category, and it is said which row is to blame", async () => {
    const lines = [...Array.from({ length: 30 }, (_, i) => String(i)), "abc"];
    const { columns, notes } = await inferTableSchema(
      await file(["x,y", ...lines.map((x) => `${x},1`)].join("\n")),
    );
    expect(columns[0]?.kind).toBe("category");
    expect(notes?.join(" ")).toMatch(/"abc" in row 31/);
  });

  test("words for nothing among numbers are missing values, and come out again", async () => {
    const path = await file(["x,c", "1,NA", "NA,?", "2.5,a", "-,a", "3,NA", ",a", ""].join("\n"));
    const [x, c] = (await inferTableSchema(path)).columns;
    expect(x).toMatchObject({ missing: ["NA", "-"], kind: "positive" });
    expect(c?.missing).toBeUndefined();
    const cells = await back(path);
    expect(new Set(cells.map(([text]) => text).filter((text) => !/\d/.test(text ?? "")))).not.toContain(
      "NaN",
    );
    expect(cells.map(([, text]) => text)).toEqual(["NA", "?", "a", "a", "NA", "a"]);
  });

  test("empty and constant columns are left out, and come out as they were", async () => {
    const path = await file("a,e,k\n1,,v1\n2,,v1\n3,,v1\n");
    const { columns, notes } = await inferTableSchema(path);
    expect(columns.slice(1)).toMatchObject([{ kind: "constant", why: "it is empty" }, { kind: "constant" }]);
    expect(notes).toHaveLength(2);
    expect(await back(path)).toEqual([
      ["1", "", "v1"],
      ["2", "", "v1"],
      ["3", "", "v1"],
    ]);
  });

  test("a table of nothing to learn is refused with the reasons", async () => {
    await expect(loadTable(await file("k\nx\nx\nx\n"))).rejects.toThrow(
      /every column is left out.*same in every row/,
    );
  });

  test("dates of several formats, each column in its own", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => {
      const [d, m, h] = [
        String((i % 28) + 1).padStart(2, "0"),
        String((i % 12) + 1).padStart(2, "0"),
        String(i % 24).padStart(2, "0"),
      ];
      return [
        `2024-${m}-${d}`,
        `${d}.${m}.2023`,
        `${Number(m)}/${Number(d)}/2022`,
        `2021-${m}-${d}T${h}:30:00Z`,
        `${h}:15`,
      ];
    });
    const path = await file(["a,b,c,d,e", ...rows.map((row) => row.join(","))].join("\n"));
    const { columns } = await inferTableSchema(path);
    expect(columns.map(({ kind, format }) => [kind, format])).toEqual([
      ["date", "%Y-%m-%d"],
      ["date", "%d.%m.%Y"],
      ["date", "%-m/%-d/%Y"],
      ["datetime", "%Y-%m-%dT%H:%M:%SZ"],
      ["time", "%H:%M"],
    ]);
    expect(await back(path)).toEqual(rows);
  });

  test("one column of dates in three formats comes out in the first", async () => {
    const path = await file(
      ["d", "2024-01-31", "2024-02-01", "2024-02-02", "28.02.2024", "03/31/2024", "30.04.2024"].join("\n"),
    );
    const { columns, notes } = await inferTableSchema(path);
    expect(columns[0]).toMatchObject({ kind: "date", format: ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y"] });
    expect(notes?.join(" ")).toContain("3 formats");
    expect(await back(path)).toEqual([
      ["2024-01-31"],
      ["2024-02-01"],
      ["2024-02-02"],
      ["2024-02-28"],
      ["2024-03-31"],
      ["2024-04-30"],
    ]);
  });

  test("the thirtieth of February is no date", async () => {
    expect((await columnsOf("d\n2024-02-30\n2024-02-01\n"))[0]?.kind).toBe("category");
  });

  test("100,000 categories are kept, the rare ones as one choice", async () => {
    const lines = Array.from({ length: 250_000 }, (_, i) => `c${(i * 7) % 100_000},${i % 7}`);
    const { schema } = await loadTable(await file(`c,n\n${lines.join("\n")}\n`), { validation: 0 });
    const table = (schema as { readonly table?: FittedTable }).table;
    const [c] = table?.columns ?? [];
    expect(c?.as === "choices" ? c.texts.length + (c.rare?.texts.length ?? 0) : 0).toBe(100_000);
  });

  test("keys, free texts and what is personal are kept out of the model", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [
      `C-${String(i + 1).padStart(4, "0")}`,
      `person${i}@example.org`,
      `a long text that nobody else wrote, number ${(i * 7919) % 1000}`.replace(",", ";"),
      String(i % 5),
    ]);
    const path = await file(["id,mail,remark,n", ...rows.map((row) => row.join(","))].join("\n"));
    const { columns } = await inferTableSchema(path);
    expect(columns.map(({ kind }) => kind)).toEqual(["key", "text", "text", "count"]);
    expect(columns[0]?.format).toBe("C-####");
    expect(columns[1]).toMatchObject({ personal: true, use: false });
    const cells = await back(path);
    expect(cells.slice(0, 2).map(([id, mail, remark]) => [id, mail, remark])).toEqual([
      ["C-0061", "", ""],
      ["C-0062", "", ""],
    ]);
  });
});
