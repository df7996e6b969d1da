import { inferColumn } from "./infer.js";
import { styledDecimals } from "./infer-number.js";
import { readingOfColumn } from "./reading.js";
import type { TableColumn } from "./schema.js";
import type { ColumnSummary, LateTexts } from "./summary.js";

/** Looks at texts that come late by what the column holds so far, or is said to hold. */
export function lateTexts(summary: ColumnSummary, comma: boolean, told?: TableColumn): LateTexts {
  const column = told ?? inferColumn(summary, { comma }).column;
  return readingOfColumn(column) === undefined ? new LateCounts() : new LateNumbers(column);
}

/** The fewest and the most decimals before any number has come. */
const noDecimals: readonly [number, number] = [Infinity, 0];

/** Texts that are no numbers: of keys, the counter at their end. */
class LateCounts implements LateTexts {
  readonly least = Infinity;
  readonly greatest = -Infinity;
  readonly decimals = noDecimals;
  count = -1;

  add(text: string): void {
    const digits = /(\d+)\D*$/.exec(text)?.[1];
    if (digits !== undefined) this.count = Math.max(this.count, Number(digits));
  }
}

class LateNumbers implements LateTexts {
  private readonly marks: ReadonlySet<string>;
  private readonly parse: (text: string) => number | undefined;
  least = Infinity;
  greatest = -Infinity;
  decimals: LateTexts["decimals"] = noDecimals;
  stray?: { readonly text: string; readonly row: number };

  constructor(private readonly column: TableColumn) {
    this.marks = new Set(column.missing ?? []);
    const reading = readingOfColumn(column);
    this.parse = (text) => reading?.parse(text);
  }

  get count(): number {
    return this.greatest;
  }

  add(text: string, row: number): void {
    if (this.marks.has(text)) return;
    const value = this.parse(text);
    if (value === undefined) {
      this.stray ??= { text, row };
      return;
    }
    this.least = Math.min(this.least, value);
    this.greatest = Math.max(this.greatest, value);
    if (this.decimals === undefined) return;
    const [fewest, most] = this.decimals;
    const places = styledDecimals(text, this.column);
    this.decimals = places === undefined ? undefined : [Math.min(fewest, places), Math.max(most, places)];
  }
}
