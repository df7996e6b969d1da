import * as z from "zod/mini";
import { checkedFile, columnLikelihoods, type ColumnLikelihood } from "../../catalogue/index.js";
import { suggestion, UserError } from "../../tensor/index.js";

/** The kinds of columns by name. */
export const tableKinds = [
  "number",
  "integer",
  "count",
  "positive",
  "share",
  "category",
  "ordinal",
  "boolean",
  "date",
  "datetime",
  "time",
  "angle",
  "key",
  "text",
  "constant",
] as const;

/**
 * What a column holds:
 *
 * - `number`; `integer`, whole; `count`, whole from 0; `positive`, above 0; `share`, from 0 to 1;
 * - `category`; `ordinal`, categories in the order that `categories` gives; `boolean`, two of them;
 * - `date`, `datetime`, `time`, as `format` writes them; `angle`, a number that goes round in its `range`;
 * - `key`, what tells rows apart: kept out of the model and made anew in its own format;
 * - `text`, free text, and `constant`, the same in every row: kept out of the model.
 */
export type TableKind = (typeof tableKinds)[number];

/** A column of a table as its schema describes it. Plain data, to be edited. */
export interface TableColumn {
  /** Its heading; no two columns have the same. */
  readonly name: string;
  readonly kind: TableKind;
  /** Whether it holds what tells who a person is: names, addresses, numbers. */
  readonly personal?: boolean;
  /** The type that it is stored as, where the file says one: `DOUBLE` in Parquet, say. Missing for text files. */
  readonly stored?: string;
  /**
   * How it is written: of dates and times `%Y-%m-%d` and the like (several, if several are met; the first is what
   * comes out), of keys `C-####`.
   */
  readonly format?: string | readonly string[];
  /** What stands between whole and broken part; default a point. */
  readonly decimalMark?: "," | ".";
  /** What groups digits by three, such as `,`. */
  readonly thousands?: string;
  /** What stands before every number, such as `$`. */
  readonly prefix?: string;
  /** What stands behind every number, such as ` kg`. */
  readonly suffix?: string;
  /** The most decimals that are written. */
  readonly decimals?: number;
  /** The fewest decimals that are written; default 0. */
  readonly leastDecimals?: number;
  /** The least and the greatest value: what comes out lies between. Of an angle, where it begins and has gone round. */
  readonly range?: readonly [least: number, greatest: number];
  /** Of `ordinal`, all values from the lowest; of others, as a help to the reader. */
  readonly categories?: readonly string[];
  /** Texts that stand for a missing value; an empty cell always does. */
  readonly missing?: readonly string[];
  /** The distribution of the column given the latent variable. Default `auto`: by its kind and values. */
  readonly likelihood?: ColumnLikelihood | "auto";
  /** `false` leaves it out of the model, `why` says for which reason; what comes out is empty there. */
  readonly use?: boolean;
  readonly why?: string;
}

/** What holds in every row, and in every row that comes out. */
export type TableConstraint =
  /** `a` is never below `b`. */
  | { readonly type: "at-least"; readonly a: string; readonly b: string }
  /** Only combinations of values that the training rows have. */
  | { readonly type: "together"; readonly columns: readonly string[] }
  /** The columns of `of` add up to `is`. */
  | { readonly type: "sum"; readonly of: readonly string[]; readonly is: string };

/** How a text file is laid out, so that rows that come out are written the same way. */
export interface TableFile {
  readonly format: "csv" | "tsv" | "json" | "jsonl" | "parquet" | "sqlite" | "duckdb" | "sql" | "rows";
  readonly delimiter?: string;
  /** The end of a line; default `\n`. */
  readonly newline?: "\n" | "\r\n" | "\r";
  /** Whether the file begins with a byte order mark. */
  readonly bom?: boolean;
  /** Whether the first line holds the columns' names. */
  readonly header?: boolean;
  readonly encoding?: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  /** What the heading of a text file says, by the columns' names, where these are others: no two names are alike, none is empty. */
  readonly headings?: Readonly<Record<string, string>>;
}

/** What a table is: its columns and what holds between them. Plain data, versioned, to be edited; see docs/tables.md. */
export interface TableSchema {
  readonly version: 1;
  readonly columns: readonly TableColumn[];
  readonly constraints: readonly TableConstraint[];
  readonly file?: TableFile;
  /** What a person should know of how the columns were understood, a sentence each. */
  readonly notes?: readonly string[];
}

const must = (what: string): { error: string } => ({ error: `must be ${what}` });
const text = z.string(must("a text"));
const texts = z.array(text, must("a list of texts"));
const names = z.array(text, must("a list of columns' names"));
const flag = z.boolean(must("true or false"));
const decimals = z.int(must("a whole number")).check(z.minimum(0, must("a whole number from 0")));
const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, must(`one of ${values.join(", ")}`));
const range = z
  .tuple(
    [z.number(must("a number")), z.number(must("a number"))],
    must("the least and the greatest value, as [0, 100]"),
  )
  .check(z.refine(([least, greatest]) => least <= greatest, must("the least value and then the greatest")));

const column = z.strictObject(
  {
    name: text,
    kind: oneOf(tableKinds),
    personal: z.optional(flag),
    stored: z.optional(text),
    format: z.optional(z.union([text, texts], must("a text such as %Y-%m-%d, or a list of such"))),
    decimalMark: z.optional(oneOf([",", "."])),
    thousands: z.optional(text),
    prefix: z.optional(text),
    suffix: z.optional(text),
    decimals: z.optional(decimals),
    leastDecimals: z.optional(decimals),
    range: z.optional(range),
    categories: z.optional(texts),
    missing: z.optional(texts),
    likelihood: z.optional(oneOf(["auto", ...columnLikelihoods])),
    use: z.optional(flag),
    why: z.optional(text),
  },
  must("a column: name, kind and so on"),
);

const constraint = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("at-least"), a: text, b: text }),
    z.strictObject({ type: z.literal("together"), columns: names }),
    z.strictObject({ type: z.literal("sum"), of: names, is: text }),
  ],
  must('a constraint of type "at-least", "together" or "sum"'),
);

/** What a stored table schema must be; that its parts fit together is `checkedTableSchema`'s work. */
export const tableSchemaShape = z.strictObject(
  {
    version: z.literal(1, must("1: this version of latent knows no other")),
    columns: z.array(column, must("a list of columns")),
    constraints: z.array(constraint, must("a list of constraints")),
    file: z.optional(
      z.strictObject({
        format: oneOf(["csv", "tsv", "json", "jsonl", "parquet", "sqlite", "duckdb", "sql", "rows"]),
        delimiter: z.optional(text),
        newline: z.optional(oneOf(["\n", "\r\n", "\r"])),
        bom: z.optional(flag),
        header: z.optional(flag),
        encoding: z.optional(oneOf(["utf-8", "utf-16le", "utf-16be", "windows-1252"])),
        headings: z.optional(z.record(text, text, must("the heading of columns, by their names"))),
      }),
    ),
    notes: z.optional(texts),
  },
  must("an object with version, columns and constraints"),
) as unknown as z.ZodMiniType<TableSchema>;

function requireOrdinal(where: string, { kind, categories, name }: TableColumn): void {
  if (kind !== "ordinal" || (categories !== undefined && categories.length > 1)) return;
  throw new UserError(
    `${where}: the column "${name}" is ordinal and must list its "categories" from the lowest to the highest`,
  );
}

/** The columns that a constraint is about. */
export function columnsOf(constraint: TableConstraint): readonly string[] {
  switch (constraint.type) {
    case "at-least":
      return [constraint.a, constraint.b];
    case "together":
      return constraint.columns;
    case "sum":
      return [...constraint.of, constraint.is];
  }
}

/** Kinds whose values are numbers, if only by reckoning, as dates are. */
export const numericKinds: ReadonlySet<TableKind> = new Set([
  "number",
  "integer",
  "count",
  "positive",
  "share",
  "date",
  "datetime",
  "time",
  "angle",
]);

function requireConstraints(where: string, { columns, constraints }: TableSchema): void {
  const kinds = new Map(columns.map(({ name, kind }) => [name, kind]));
  const taken = new Map<string, string>();
  for (const constraint of constraints) {
    const own = columnsOf(constraint);
    if (own.length < 2) {
      throw new UserError(`${where}: a constraint of type "${constraint.type}" needs two columns or more`);
    }
    for (const name of own) {
      const kind = kinds.get(name);
      if (kind === undefined) {
        throw new UserError(
          `${where}: a constraint of type "${constraint.type}" names the column "${name}", which there is not; ` +
            suggestion(name, [...kinds.keys()]),
        );
      }
      const other = taken.get(name);
      if (other !== undefined) {
        throw new UserError(
          `${where}: the column "${name}" stands in two constraints ("${other}" and "${constraint.type}"); a column ` +
            "can be in one",
        );
      }
      taken.set(name, constraint.type);
      if (constraint.type !== "together" && !numericKinds.has(kind)) {
        throw new UserError(
          `${where}: a constraint of type "${constraint.type}" is about numbers or dates, but "${name}" is ` +
            `of kind ${kind}`,
        );
      }
    }
  }
}

/** A schema that someone wrote, who may have left out that there are no constraints. */
function withConstraints(value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && !("constraints" in value) ? { ...value, constraints: [] } : value;
}

/**
 * A table schema, checked: the shape of every field, names that occur once, constraints (none unless told) about columns that exist.
 *
 * @throws UserError naming `where` (a file), the column and the field
 */
export function checkedTableSchema(where: string, value: unknown): TableSchema {
  const schema = checkedFile(where, tableSchemaShape, withConstraints(value));
  const seen = new Set<string>();
  for (const one of schema.columns) {
    if (seen.has(one.name)) throw new UserError(`${where}: there are two columns "${one.name}"`);
    seen.add(one.name);
    requireOrdinal(where, one);
  }
  requireConstraints(where, schema);
  return schema;
}
