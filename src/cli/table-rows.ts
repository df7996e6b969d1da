import { type DecodedRows, decodeRows, type FittedTable, modelColumns, writeTable } from "../data/index.js";
import type { TrainedVae } from "../model/index.js";
import { generateRows } from "../rows/index.js";
import { UserError } from "../tensor/index.js";
import { makeParent, outFile } from "./commands/shared.js";
import { note, print } from "./context.js";

/** What tables are written as. */
export const tableEndings = [".csv", ".tsv", ".json", ".jsonl", ".parquet"] as const;

/** How `generate` writes rows. */
export interface TableFlags {
  readonly n?: number;
  readonly seed?: number;
  readonly out?: string;
  readonly where?: string;
  readonly temperature?: number;
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
  const { n = 64, seed = 0, out = "generated.csv", where, temperature } = flags;
  const file = outFile(out, tableEndings);
  await makeParent(file);
  if (where === undefined) {
    const { data } = await model.generate(n, { seed, draw: true, ...(temperature && { temperature }) });
    await writeTable(file, table, decoded(table, data, seed));
  } else {
    if (temperature !== undefined) throw new UserError("--temperature can't be used with --where", 2);
    const rows = await generateRows(model, n, { seed, where });
    await writeTable(file, table, rows);
    if (rows.drawn > 2 * n)
      note(`${rows.drawn.toLocaleString("en-US")} rows were drawn for ${n} that meet the conditions`);
  }
  print(file);
}
