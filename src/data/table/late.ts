import { inferColumn } from "./infer.js";
import { readingOfColumn } from "./reading.js";
import type { TableColumn } from "./schema.js";
import type { ColumnSummary, LateTexts } from "./summary.js";

/** Looks at texts that come late by what the column holds so far, or is said to hold; nothing if these are no numbers. */
export function lateTexts(summary: ColumnSummary, comma: boolean, told?: TableColumn): LateTexts | undefined {
  const column = told ?? inferColumn(summary, { comma }).column;
  const reading = readingOfColumn(column);
  if (reading === undefined) return undefined;
  const marks = new Set(column.missing ?? []);
  const found = { least: Infinity, greatest: -Infinity };
  let stray: LateTexts["stray"];
  return {
    add(text, row) {
      if (marks.has(text)) return;
      const value = reading.parse(text);
      if (value === undefined) stray ??= { text, row };
      else {
        found.least = Math.min(found.least, value);
        found.greatest = Math.max(found.greatest, value);
      }
    },
    get least() {
      return found.least;
    },
    get greatest() {
      return found.greatest;
    },
    get stray() {
      return stray;
    },
  } as LateTexts;
}
