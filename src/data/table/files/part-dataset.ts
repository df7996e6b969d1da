import { basename } from "node:path";
import { UserError } from "../../../tensor/index.js";
import { encodeInMemory } from "../encoded-rows.js";
import type { FittedTable } from "../fitted.js";
import { knownOf, laterLayout } from "../later-layout.js";
import type { TableFile } from "../schema.js";
import { type FittedDataset, fittedDataset, keptRows } from "../table-dataset.js";
import type { TablePart } from "../table-input.js";
import { openTable, openTablePart } from "./open-table.js";

/** Whether a table of so many rows, read by what was learned before, has its key as its rows' ids. */
export function hasIds(rows: number): boolean {
  return rows <= keptRows;
}

/**
 * Some rows of a table as it was learned before, in memory: `train` and `test` both. With `ids`, the key tells them apart. Throws
 * a UserError that names the file, also if there are fewer rows.
 */
export async function readFittedPart(
  source: string,
  fitted: FittedTable,
  part: TablePart,
  ids: boolean,
): Promise<FittedDataset> {
  const input = await openTablePart(source, await layoutFor(source, fitted), part);
  try {
    const name = basename(input.place).replace(/\.\w+$/, "");
    const dataset = await fittedDataset(input, fitted, { name }, encodeInMemory);
    const { length, ids: own, ...rest } = dataset.train;
    if (length !== part.rows)
      throw new UserError(
        `${input.place} has ${length} rows from row ${part.first + 1} on, not ${part.rows}`,
      );
    const split = { length, ...rest, ...(ids && own !== undefined && { ids: own }) };
    return { ...dataset, train: split, test: split };
  } finally {
    await input.close();
  }
}

/** How a file is laid out whose rows a model of a table takes. Throws a UserError that names a file that can't be read. */
export function layoutFor(source: string, fitted: FittedTable): Promise<TableFile | undefined> {
  const { layout, wanted } = knownOf(fitted, undefined);
  return laterLayout(layout, wanted, (told) => openTable(source, told));
}
