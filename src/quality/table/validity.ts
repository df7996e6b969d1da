import {
  type CategoryColumn,
  extent,
  isCategory,
  mean,
  meanOrNull,
  MISSING_LABEL,
  type NumberColumn,
  present,
  type TypedColumn,
} from "./columns.js";

/** Whether synthetic values could be real ones; see `TableQuality` for what each is. */
export interface Validity {
  readonly validity: number | null;
  readonly integer: number | null;
  readonly category_coverage: number | null;
  readonly range_coverage: number | null;
}

interface Found {
  readonly valid: number[];
  readonly integer: number[];
  readonly coverage: number[];
  readonly range: number[];
}

function share(values: Float64Array | Int32Array, ok: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (ok(value)) count++;
  return count / values.length;
}

function ofCategory({ train, synthetic }: CategoryColumn, { valid, coverage }: Found): void {
  const seen = new Set(train);
  seen.delete(MISSING_LABEL);
  const told = synthetic.filter((code) => code !== MISSING_LABEL);
  if (told.length > 0) valid.push(share(told, (code) => seen.has(code)));
  const kept = new Set(told);
  const both = [...seen].filter((code) => kept.has(code)).length;
  coverage.push(told.length === 0 ? 0 : both / Math.max(1, seen.size));
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) || Math.abs(value) === Infinity;
}

function ofNumber({ kind, train, synthetic }: NumberColumn, { valid, integer, range }: Found): void {
  const real = present(train);
  const told = present(synthetic);
  if (real.length === 0) return;
  if (told.length === 0) {
    range.push(0);
    return;
  }
  const [low, high] = extent(real);
  const [least, most] = extent(told);
  const slack = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  valid.push(share(told, (value) => value >= low - slack && value <= high + slack));
  if (high > low) range.push(Math.max(0, (Math.min(most, high) - Math.max(least, low)) / (high - low)));
  if (kind === "num" && real.every(isWhole)) integer.push(share(told, isWhole));
}

/** Whether synthetic values could be real ones, column by column, averaged. */
export function validityOf(columns: readonly TypedColumn[]): Validity {
  const found: Found = { valid: [], integer: [], coverage: [], range: [] };
  for (const column of columns) {
    if (isCategory(column)) ofCategory(column, found);
    else ofNumber(column, found);
  }
  return {
    validity: meanOrNull(found.valid),
    integer: found.integer.length === 0 ? null : mean(found.integer),
    category_coverage: meanOrNull(found.coverage),
    range_coverage: meanOrNull(found.range),
  };
}
