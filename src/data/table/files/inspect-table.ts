import { be, type ChecksOf, requireArgument, requireOptions } from "../../../catalogue/index.js";
import { contradictions } from "../contradictions.js";
import { fitFrom } from "../fit.js";
import { inferTable } from "../infer-table.js";
import { knownOf, openLater } from "../later-layout.js";
import type { TableSchema } from "../schema.js";
import { type ColumnStatistics, tableStatistics } from "../statistics.js";
import { factsOfColumns } from "../training-facts.js";
import { firstReading, matched } from "../first-reading.js";
import { openTable } from "./open-table.js";
import { readSchema } from "./read-schema.js";

/** Options of `inspectTable` and `inferTableSchema`. */
export interface InspectTableOptions {
  /** A schema, or the path of one, that says what the columns are; default: it is inferred. */
  readonly schema?: TableSchema | string;
  /** Of an SQL query, the folder below which all files that it reads must lie. */
  readonly folder?: string;
}

const checks = { schema: be.anything, folder: be.text } as const satisfies ChecksOf<InspectTableOptions>;

/** What is in a table. */
export interface TableInspection {
  readonly schema: TableSchema;
  readonly rows: number;
  /** One a column of the schema. */
  readonly columns: readonly ColumnStatistics[];
  readonly notes: readonly string[];
}

/**
 * What a table's columns hold and how a model would take them, by all of its rows.
 *
 * @throws UserError naming the file: it can't be read, has no rows, or contradicts the schema
 */
export async function inspectTable(
  source: string,
  options: InspectTableOptions = {},
): Promise<TableInspection> {
  requireArgument("inspectTable", "the source", source, be.text);
  requireOptions("inspectTable", options, checks);
  const given = options.schema === undefined ? undefined : await readSchema(options.schema);
  const { layout, wanted } = knownOf(undefined, given);
  const input = await openLater(layout, wanted, (told) => openTable(source, told, options.folder));
  try {
    const told = given && matched(given, input);
    const { facts } = await firstReading(input, { validation: 0 }, told?.schema);
    const schema =
      told?.schema ?? inferTable(facts.summaries, facts.sample, input.file, input.stored, input.notes);
    const own = factsOfColumns(
      facts,
      schema.columns.map(({ name }) => name),
    );
    const fitted = fitFrom(schema, own, true);
    return {
      schema,
      rows: facts.rows,
      columns: tableStatistics(fitted, own),
      notes: [...(schema.notes ?? []), ...(told?.notes ?? []), ...contradictions(fitted, own, "rows")],
    };
  } finally {
    await input.close();
  }
}

/**
 * What a table's columns hold, inferred from all of its rows: to be looked at, edited and given to `datasets.table`.
 *
 * @throws UserError naming the file, if it can't be read or has no rows
 */
export async function inferTableSchema(
  source: string,
  options: Pick<InspectTableOptions, "folder"> = {},
): Promise<TableSchema> {
  requireArgument("inferTableSchema", "the source", source, be.text);
  requireOptions("inferTableSchema", options, { folder: be.text });
  const input = await openTable(source, undefined, options.folder);
  try {
    const { facts } = await firstReading(input, { validation: 0 }, undefined);
    return inferTable(facts.summaries, facts.sample, input.file, input.stored, input.notes);
  } finally {
    await input.close();
  }
}
