import { buildCommand } from "@stricli/core";
import { type ColumnStatistics, inspectTable, type TableInspection, writeWhole } from "../../data/index.js";
import { type Cli, note, print } from "../context.js";
import { requireKept } from "../kept-files.js";
import { defined } from "../defined.js";
import { text } from "../fields.js";
import { commonFlags, type CommonFlags, flag, toggle } from "../flags.js";
import { columns, countText } from "../views/format.js";
import { makeParent } from "./shared.js";

interface DataInspectFlags extends CommonFlags {
  readonly json?: boolean;
  readonly out?: string;
  readonly schema?: string;
}

const blocks = "▁▂▃▄▅▆▇█";

/** Numbers of rows as a line of blocks; what is empty stays so. */
function bars({ histogram }: ColumnStatistics): string {
  const most = histogram.reduce((greatest, { rows }) => Math.max(greatest, rows), 0);
  return histogram
    .map(({ rows }) => (rows === 0 ? " " : (blocks[Math.min(7, Math.floor((8 * rows) / most))] ?? "█")))
    .join("");
}

const longest = 44;

function short(words: string, most = longest): string {
  const line = words.replace(/\s+/g, " ");
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

const percent = (share: number): string =>
  share === 0 ? "" : share < 0.001 ? "<0.1 %" : `${(100 * share).toFixed(1)} %`;

function valuesText({ range, histogram, distinct }: ColumnStatistics): string {
  if (range !== undefined) return short(`${range[0]} … ${range[1]} … ${range[2]}`);
  if (histogram.length === 0) return `${countText(distinct)} texts`;
  const top = histogram.slice(0, 3).map(({ label }) => short(label, 16));
  return short(`${countText(distinct)}: ${top.join(", ")}${distinct > 3 ? ", …" : ""}`);
}

function show({ columns: own, rows, notes }: TableInspection): void {
  print(`${countText(rows)} rows, ${countText(own.length)} columns\n`);
  print(
    columns([
      ["column", "kind", "likelihood", "missing", "values", ""],
      ...own.map((column) => [
        short(column.name, 28),
        column.kind,
        short(column.likelihood, 36),
        percent(column.missing),
        valuesText(column),
        column.range === undefined && column.histogram.length < 2 ? "" : bars(column),
      ]),
    ]),
  );
  if (notes.length > 0) print(`\n${notes.join("\n")}`);
}

async function dataInspect(
  this: Cli,
  { json, out, schema }: DataInspectFlags,
  source: string,
): Promise<void> {
  await requireKept({ out }, [source, schema]);
  const found = await inspectTable(source, defined({ schema }));
  if (out !== undefined) {
    await makeParent(out);
    await writeWhole(out, `${JSON.stringify(found.schema, undefined, 2)}\n`);
    note(`the schema is in ${out}: edit it and give it with --schema ${out}`);
  }
  if (json === true) return print(JSON.stringify(found));
  show(found);
}

export const dataInspectCommand = buildCommand<DataInspectFlags, [source: string], Cli>({
  func: dataInspect,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [
        {
          brief: "File of a table (CSV, TSV, JSON, JSONL, Parquet, SQLite, DuckDB) or an SQL query",
          placeholder: "PATH",
          parse: (input: string) => input,
        },
      ],
    },
    flags: {
      json: toggle("Print one JSON object: schema and statistics"),
      out: flag("out", text("FILE", "Write the schema to a file, to edit it")),
      schema: flag("schema", text("FILE", "Read the columns as this schema says")),
      ...commonFlags,
    },
  },
  docs: { brief: "Show what a table's columns hold and how a model takes them" },
});
