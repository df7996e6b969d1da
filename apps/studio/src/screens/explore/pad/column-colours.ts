import { decodeRows, type FittedTable, type TableValue } from "latent/web";
import { colourOf } from "../../../lib/ui/colours";
import type { Cells } from "../model/backdrop";

/** How a column's values are coloured: numbers from pale to strong, all else by value. */
export type ColumnColours =
  | { readonly kind: "numbers"; readonly low: number; readonly high: number }
  | { readonly kind: "values"; readonly values: readonly TableValue[] };

const rows = new WeakMap<Float32Array, readonly TableValue[]>();

/** A decoded cell of one column, as the table's own value. */
export function cellOf(values: Float32Array, fitted: FittedTable, column: number): TableValue {
  const row = rows.get(values) ?? decodeRows(fitted, values).values[0] ?? [];
  rows.set(values, row);
  return row[column] ?? null;
}

/** The colours of a column over all that is decoded. */
export function coloursOf(found: readonly TableValue[]): ColumnColours {
  const numbers = found.filter((value) => typeof value === "number");
  if (numbers.length > found.length / 2 && new Set(numbers).size > 10) {
    return { kind: "numbers", low: Math.min(...numbers), high: Math.max(...numbers) };
  }
  const values = [...new Set(found)].sort((a, b) => String(a).localeCompare(String(b)));
  return { kind: "values", values: values.slice(0, 10) };
}

/** What a value is painted with: a colour and how strongly. */
export function paintOf(
  value: TableValue,
  colours: ColumnColours,
  dark: boolean,
): { readonly colour: string; readonly strength: number } {
  if (colours.kind === "values") {
    const place = colours.values.indexOf(value);
    return { colour: colourOf(place < 0 ? 9 : place, dark), strength: 0.7 };
  }
  if (typeof value !== "number") return { colour: colourOf(9, dark), strength: 0.1 };
  const part = (value - colours.low) / (colours.high - colours.low || 1);
  return { colour: colourOf(0, dark), strength: 0.08 + 0.87 * part };
}

/** A column's values in the cells that are decoded, by their tiles. */
export const columnIn = (cells: Cells, fitted: FittedTable, column: number): Map<number, TableValue> =>
  new Map([...cells].map(([tile, values]) => [tile, cellOf(values, fitted, column)]));
