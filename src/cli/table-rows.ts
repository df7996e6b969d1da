import { type DecodedRows, decodeRows, type FittedTable, modelColumns, writeTable } from "../data/index.js";
import type { TrainedVae } from "../model/index.js";
import { generateRows } from "../rows/index.js";
import { UserError } from "../tensor/index.js";
import { makeParent, outFile } from "./commands/shared.js";
import { note, print } from "./context.js";
import { type Copies, copiesOf } from "./copies.js";

/** What tables are written as. */
export const tableEndings = [".csv", ".tsv", ".json", ".jsonl", ".parquet"] as const;

/** How `generate` writes rows. */
export interface TableFlags {
  readonly n?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly where?: string;
  readonly temperature?: number;
  /** The table whose rows may not come out again. */
  readonly copiesOf?: string;
}

const chunk = 16_384;

/** Rows of a model's numbers, some at a time. */
function* decoded(table: FittedTable, numbers: Float32Array, seed: number): Generator<DecodedRows> {
  const size = modelColumns(table).length;
  for (let first = 0; first * size < numbers.length; first += chunk) {
    yield decodeRows(table, numbers.subarray(first * size, (first + chunk) * size), { seed, first });
  }
}

/** Writes new rows of the table that a model was trained on. Throws a UserError for conditions that can't be met. */
export async function generateTable(model: TrainedVae, table: FittedTable, flags: TableFlags): Promise<void> {
  const { n = 64, seed = 0, out = "generated.csv", where, temperature, copiesOf: source } = flags;
  const file = outFile(out, tableEndings);
  await makeParent(file);
  if (where === undefined && source === undefined) {
    const { data } = await model.generate(n, { seed, draw: true, ...(temperature && { temperature }) });
    await writeTable(file, table, decoded(table, data, seed));
  } else {
    const told = where === undefined ? "--no-copies" : "--where";
    if (temperature !== undefined) throw new UserError(`--temperature can't be used with ${told}`, 2);
    const copies = source === undefined ? undefined : await copiesOf(source, table);
    let left = 0;
    const accept = (row: Parameters<Copies["has"]>[0]): boolean => {
      const copy = copies?.has(row) === true;
      if (copy) left++;
      return !copy;
    };
    const rows = await generateRows(model, n, {
      seed,
      ...(where !== undefined && { where }),
      ...(copies && { accept }),
    });
    await writeTable(file, table, rows);
    if (copies !== undefined)
      note(
        `of ${rows.drawn.toLocaleString("en-US")} rows that were drawn, ${left.toLocaleString("en-US")} equalled a row of ${source ?? ""} and were left out`,
      );
    if (where !== undefined && rows.drawn > 2 * n)
      note(`${rows.drawn.toLocaleString("en-US")} rows were drawn for ${n} that meet the conditions`);
  }
  print(file);
}
