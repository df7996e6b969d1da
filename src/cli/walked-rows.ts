import {
  type DecodedRows,
  decodeRows,
  type FittedTable,
  type TableColumn,
  writeTable,
} from "../data/index.js";
import { freeName } from "../rows/index.js";
import type { Tensor } from "../tensor/index.js";
import { makeParent } from "./commands/shared.js";
import { print } from "./context.js";

/** What stands before the rows that a walk through the latent space decodes to. */
export interface WalkColumn {
  readonly name: string;
  /** One a row. */
  readonly values: readonly (string | number)[];
}

/** A column by a name that the table has not. */
function leading({ name, values }: WalkColumn, taken: readonly string[]): TableColumn {
  const kind = values.every((value) => typeof value === "number") ? "number" : "text";
  return { name: freeName(name, taken), kind };
}

const short = (value: number): number => Number(value.toPrecision(7));

/**
 * Writes rows of a table along a walk: what is told of each place, its code (`z1`, `z2`, ...), and the row that it decodes to.
 *
 * @param codes [rows, latent]
 * @param numbers the model's of each row, as `decode` gives them
 */
export async function writeWalkedRows(
  file: string,
  table: FittedTable,
  told: readonly WalkColumn[],
  codes: Tensor<"float32">,
  numbers: Tensor,
): Promise<void> {
  const [n = 0, latent = 0] = codes.shape;
  const coordinates = Array.from({ length: latent }, (_, d): WalkColumn => {
    const values = Array.from({ length: n }, (_, i) => codes.data[i * latent + d] ?? 0);
    return { name: `z${d + 1}`, values };
  });
  const all = [...told, ...coordinates];
  const rows = decodeRows(table, Float32Array.from(numbers.data, Number));
  const columns = all.map((one) => leading(one, rows.names));
  const before = Array.from({ length: n }, (_, i) =>
    all.map(({ values }) => {
      const value = values[i] ?? "";
      return typeof value === "number" ? short(value) : value;
    }),
  );
  const walked: DecodedRows = {
    names: [...columns.map(({ name }) => name), ...rows.names],
    cells: rows.cells.map((cells, i) => [...(before[i] ?? []).map(String), ...cells]),
    values: rows.values.map((values, i) => [...(before[i] ?? []), ...values]),
  };
  await makeParent(file);
  const { file: style } = table.schema;
  await writeTable(file, [...columns, ...table.schema.columns], walked, style && { file: style });
  print(file);
}
