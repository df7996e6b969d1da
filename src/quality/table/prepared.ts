import { readFile } from "node:fs/promises";
import { readJson } from "../../catalogue/index.js";
import { fileError, inferTableSchema } from "../../data/index.js";
import { checkedTableSchema, type TableColumn, tableKinds } from "../../data/portable.js";
import { UserError } from "../../tensor/index.js";
import { isReadable, kindOfCells, kindsOfSchema, type QualityKind, schemaColumns } from "./kinds.js";
import type { ComparedTables } from "./measure.js";
import { kindsOfColumns, plainTable, withColumns } from "./plain-table.js";
import type { TextTable } from "./text-table.js";

/** Tables as they are measured. */
export interface PreparedTables {
  readonly compared: ComparedTables;
  /** Kinds that a schema tells, by column. */
  readonly kinds: Readonly<Record<string, QualityKind>>;
  /** Columns that are not compared, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
}

/** What is known of the tables' columns. */
export interface Preparing {
  /** The file or query that the training rows come from, if they do. */
  readonly source: string | undefined;
  readonly schema: string | object | undefined;
  /** Which of the schema's tables. */
  readonly table: string | undefined;
  /** Columns that are compared whatever they are. */
  readonly named: readonly string[];
}

/** Why a column of a schema tells nothing of the rows' quality; undefined if it is compared. */
export function whyLeftOut({ kind, use, why }: TableColumn): string | undefined {
  if (kind === "key") return "a key";
  const told = why?.replace(/, so it is kept out of the model.*$/s, "");
  if (kind === "constant") return told ?? "it is the same in every row";
  if (kind === "text") return told ?? "free text";
  return use === false ? (told ?? "not used") : undefined;
}

/** The columns that are left out, in one line. */
export function leftOutLine(leftOut: Readonly<Record<string, string>>): string {
  return `not compared: ${Object.entries(leftOut)
    .map(([name, why]) => `"${name}" (${why})`)
    .join(", ")}`;
}

function isNumber(column: TableColumn): boolean {
  return kindsOfColumns({ version: 1, columns: [column], constraints: [] })[column.name] !== "cat";
}

/** Whether a column's numbers or dates are written in a way that the metric doesn't read by itself. */
function isFormatted(column: TableColumn, cells: readonly string[]): boolean {
  const { decimalMark = ".", thousands, prefix, suffix } = column;
  if (!isNumber(column)) return false;
  const plain = decimalMark === "." && thousands === undefined && !prefix && !suffix;
  return !plain || !isReadable(cells);
}

async function inferred(train: TextTable, source: string) {
  const { columns } = await inferTableSchema(source);
  const cells = (name: string): readonly string[] => train.cells(train.columns.indexOf(name));
  const leftOut = columns.flatMap((column) => {
    const why = whyLeftOut(column);
    // numbers that only this metric reads, such as infinite ones, count
    const counts = column.kind === "text" && column.personal !== true;
    if (why === undefined || (counts && kindOfCells(cells(column.name)) !== "cat")) return [];
    return [[column.name, why] as const];
  });
  return {
    // what the metric reads by itself stays as it is
    read: columns.filter((column) => isFormatted(column, cells(column.name))),
    kinds: {},
    leftOut,
  };
}

/** Fields of a column that say how its cells are read. */
const readFields = new Set([
  ...["name", "kind", "format", "decimalMark", "thousands", "prefix", "suffix", "decimals"],
  ...["missing", "use", "why"],
]);

/** A column of a schema that someone wrote for the metric; other programs' kinds are none of this one's. */
function columnOf(name: string, about: Readonly<Record<string, unknown>>): object[] {
  if (!tableKinds.some((kind) => kind === about.kind)) return [];
  const own = { ...about, name, kind: about.kind === "ordinal" ? "category" : about.kind };
  return [Object.fromEntries(Object.entries(own).filter(([field]) => readFields.has(field)))];
}

function isTableSchema(content: unknown): boolean {
  return typeof content === "object" && content !== null && "version" in content && "columns" in content;
}

async function told(train: TextTable, given: string | object, table: string | undefined) {
  const where = typeof given === "string" ? given : "the schema";
  const content: unknown = typeof given === "string" ? await readJsonFile(given) : given;
  const kinds = kindsOfSchema(content, table);
  if (typeof given === "string") requireKinds(given, kinds, table);
  const described = Object.entries(schemaColumns(content, table));
  const whole = table === undefined && isTableSchema(content);
  const { columns } = checkedTableSchema(
    where,
    whole ? content : { version: 1, columns: described.flatMap(([name, about]) => columnOf(name, about)) },
  );
  const known = new Set(columns.map(({ name }) => name));
  const leftOut = columns.flatMap((column) => {
    const why = train.columns.includes(column.name) ? whyLeftOut(column) : undefined;
    return why === undefined ? [] : [[column.name, why] as const];
  });
  const unknown = whole ? train.columns.filter((name) => !known.has(name)) : [];
  return {
    read: columns,
    kinds: { ...kinds, ...kindsOfColumns({ version: 1, columns, constraints: [] }) },
    leftOut: [...leftOut, ...unknown.map((name) => [name, "not in the schema"] as const)],
  };
}

async function readJsonFile(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw fileError(error, `read ${file}`);
  });
  return readJson(text, file);
}

function requireKinds(file: string, kinds: object, table: string | undefined): void {
  if (Object.keys(kinds).length > 0) return;
  const asked = table === undefined ? "" : ` for the table "${table}"`;
  throw new UserError(
    `${file} tells no column's kind${asked}; it must be like { "columns": { "age": { "kind": "number" } } }`,
  );
}

/**
 * Tables with the columns that tell of quality, in formats that the metric reads: by a schema or, of a file without one, by what is
 * inferred of its rows. Throws a UserError for a schema that can't be read, and if no column is left.
 */
export async function preparedTables(
  { train, synthetic, test }: ComparedTables,
  { source, schema, table, named }: Preparing,
): Promise<PreparedTables> {
  const found =
    schema !== undefined
      ? await told(train, schema, table)
      : source === undefined
        ? { read: [], kinds: {}, leftOut: [] }
        : await inferred(train, source);
  const leftOut = Object.fromEntries(found.leftOut.filter(([name]) => !named.includes(name)));
  const names = train.columns.filter((name) => !Object.hasOwn(leftOut, name));
  if (names.length === 0) {
    throw new UserError(`${train.name} has no column to compare; ${leftOutLine(leftOut)}`);
  }
  const plain = (own: TextTable): TextTable =>
    plainTable(own, { version: 1, columns: found.read, constraints: [] });
  return {
    compared: {
      train: plain(withColumns(train, names)),
      synthetic: plain(synthetic),
      test: test && plain(test),
    },
    kinds: found.kinds,
    leftOut,
  };
}
