import { type CellColumn, centre } from "./cells.js";
import { type Group, type KnownCells, type Settled, withKnown } from "./group.js";

const tidy = (value: number): number => Number(value.toPrecision(12));
const added = (values: readonly number[]): number => tidy(values.reduce((sum, value) => sum + value, 0));

/** Columns that add up to another, which is the last. */
export function totalGroup(parts: readonly CellColumn[], total: CellColumn): Group {
  const columns = [...parts, total];
  const number = (text: string, i: number): number => columns[i]?.reading?.parse(text) ?? Number.NaN;
  const written = (value: number, i: number): string => columns[i]?.reading?.format(value) ?? "";
  const last = parts.length;
  /** Numbers of the parts, of which the missing ones are made so that the sum holds. */
  const balanced = (known: KnownCells, draw: readonly string[]): string[] => {
    const texts = draw.map((text, i) => known[i] ?? text);
    const goal = known[last];
    const missing = parts.map((_, i) => i).filter((i) => known[i] === undefined);
    if (goal !== undefined && missing.length > 0) {
      const given = parts.map((_, i) => i).filter((i) => known[i] !== undefined);
      const rest = tidy(number(goal, last) - added(given.map((i) => number(texts[i] ?? "", i))));
      const own = missing.map((i) => number(texts[i] ?? "", i));
      const sum = added(own);
      const shares = own.every((value) => value >= 0) && sum > 0 && rest >= 0;
      let left = rest;
      for (const [k, i] of missing.entries()) {
        const value = own[k] ?? 0;
        const part = shares ? (value * rest) / sum : value + (rest - sum) / missing.length;
        texts[i] = written(k === missing.length - 1 ? left : part, i);
        left = tidy(left - number(texts[i] ?? "", i));
      }
    }
    if (goal === undefined)
      texts[last] = written(added(parts.map((_, i) => number(texts[i] ?? "", i))), last);
    return texts;
  };
  const holds = (texts: readonly string[]): boolean =>
    Math.abs(added(parts.map((_, i) => number(texts[i] ?? "", i))) - number(texts[last] ?? "", last)) <
    1e-9 * Math.max(1, Math.abs(number(texts[last] ?? "", last)));
  return {
    columns,
    settle(known, drawn): Settled {
      const draws = withKnown(known, drawn).map((draw) => balanced(known, draw));
      const means = columns.map(
        (column, i) =>
          known[i] ??
          centre(
            draws.map((draw) => draw[i] ?? ""),
            column,
          ),
      );
      const single = balanced(known, means);
      return { draws, single, ...(holds(single) ? {} : { trouble: "contradiction" as const }) };
    },
  };
}
