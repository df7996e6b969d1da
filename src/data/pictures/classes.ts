import { counted, type PictureRow } from "./found.js";

/** The class numbers of examples, and what the classes are called. */
export interface Classes {
  readonly names: readonly string[];
  readonly numberOf: ReadonlyMap<string, number>;
}

const isWhole = (name: string): boolean => /^\d{1,9}$/.test(name);

/**
 * The classes of rows: their names in alphabetical order, or in that of numbers if all are whole; undefined if there are
 * fewer than two, or rows without a label. Says so in `notes`.
 */
export function classesOf(rows: readonly Pick<PictureRow, "label">[], notes: string[]): Classes | undefined {
  const names = new Set<string>();
  let without = 0;
  for (const { label } of rows) {
    if (label === undefined) without++;
    else names.add(label);
  }
  if (names.size === 0) return undefined;
  if (without > 0) {
    notes.push(
      `No labels: ${counted(without, "picture")} of ${rows.length.toLocaleString("en-US")} without one.`,
    );
    return undefined;
  }
  if (names.size === 1) return undefined;
  const list = [...names];
  if (list.every(isWhole)) list.sort((a, b) => Number(a) - Number(b));
  else list.sort();
  const shown = list.slice(0, 8).join(", ") + (list.length > 8 ? `, ... (${list.length - 8} more)` : "");
  notes.push(`${list.length} classes: ${shown}.`);
  return { names: list, numberOf: new Map(list.map((name, i) => [name, i])) };
}
