import { stat } from "node:fs/promises";
import type { FittedTable } from "../data/index.js";
import type { TableSource } from "../quality/index.js";
import { generateRows, tableOfModel } from "../rows/index.js";
import { UserError } from "../tensor/index.js";
import { loadSettings } from "./config.js";
import { note } from "./context.js";
import type { OpenFlags } from "./commands/shared.js";
import { recordedData } from "./data.js";
import { openRun } from "./model.js";
import { countText } from "./views/format.js";

/** Tables to compare. */
export interface ComparedSources {
  readonly train: TableSource;
  readonly synthetic: TableSource;
  readonly test?: TableSource;
}

/** What is told of rows that a model draws to be compared. */
export interface DrawnFlags extends OpenFlags {
  readonly data?: string;
  readonly n?: number;
  readonly seed?: number;
  readonly test?: string;
}

/** As many rows as this are drawn at most unless told otherwise. */
const mostRows = 100_000;

/** The names of columns that a model draws; keys are new ones, and constants tell nothing. */
export function drawnNames({ schema, columns }: FittedTable): string[] {
  return schema.columns.flatMap(({ name }, i) =>
    columns[i]?.as === "key" || columns[i]?.as === "same" ? [] : [name],
  );
}

/**
 * Rows that the model in a folder draws, or those of a file that came of it, beside the real ones that it was trained on and held-out
 * ones, all read by the model's schema; only the columns that it draws. Throws a UserError for a model of no table, and data that lack
 * one of its columns.
 */
export async function drawnTables(
  flags: DrawnFlags,
  folder: string,
  generated?: string,
): Promise<ComparedSources> {
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory() === false)
    throw new UserError(
      `name the synthetic rows too: latent quality ${folder} synthetic.csv; or the folder of a model, which draws some`,
      2,
    );
  const { model, config } = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const fitted = tableOfModel(folder, model);
  const { readTextTable } = await import("../quality/table/text-table.js");
  const { plainTable, tableOfCells, withColumns } = await import("../quality/table/plain-table.js");
  const names = drawnNames(fitted);
  const read = async (source: string) =>
    plainTable(withColumns(await readTextTable(source), names), fitted.schema);
  const train = await read(flags.data ?? recordedData(config, folder));
  const held = flags.test ?? (typeof config?.heldOut === "string" ? config.heldOut : undefined);
  const test = held === undefined ? undefined : await read(held);
  const beside = `beside ${train.name}${test === undefined ? "" : ` and ${test.name}`}`;
  await noteLeftOut(fitted, names);
  if (generated !== undefined) {
    const synthetic = await read(generated);
    await model.close();
    note(
      `${countText(synthetic.rows)} rows of ${synthetic.name}, read by the schema of ${folder}, ${beside}`,
    );
    return { train, synthetic, ...(test && { test }) };
  }
  const { n = Math.min(mostRows, train.rows), seed = 0 } = flags;
  const rows = await generateRows(model, n, { seed });
  await model.close();
  note(`${countText(n)} rows drawn from ${folder} (seed ${seed}), ${beside}`);
  const made = withColumns(tableOfCells(`rows of ${folder}`, rows.names, rows.cells), names);
  return { train, synthetic: plainTable(made, fitted.schema), ...(test && { test }) };
}

async function noteLeftOut({ schema }: FittedTable, drawn: readonly string[]): Promise<void> {
  const { leftOutLine, whyLeftOut } = await import("../quality/table/prepared.js");
  const left = schema.columns.filter(({ name }) => !drawn.includes(name));
  if (left.length === 0) return;
  note(leftOutLine(Object.fromEntries(left.map((one) => [one.name, whyLeftOut(one) ?? "not drawn"]))));
}
