import { type FittedTable, readingOfColumn, type TableColumn } from "../data/portable.js";
import { UserError } from "../tensor/index.js";
import { type CellTest, cellTest, type WhereTerm } from "./where.js";

/** The conditions on one column. */
interface Asked {
  readonly column: TableColumn;
  readonly terms: readonly WhereTerm[];
  readonly holds: (text: string) => boolean;
}

/** Texts that columns have in the same rows. */
interface Occurring {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** All that rows can hold in columns of texts, or of numbers that are choices; columns of which more can be said are not among them. */
function occurring({ columns }: FittedTable): Occurring[] {
  return columns.flatMap((column): Occurring[] => {
    const { name } = column;
    switch (column.as) {
      case "choices": {
        if (column.minus !== undefined) return [];
        const { texts, rare, missing } = column;
        const all = [...texts, ...(rare?.texts ?? []), ...(missing?.texts ?? [])];
        return [{ names: [name], rows: all.map((text) => [text]) }];
      }
      case "combined":
        return [{ names: column.columns, rows: column.texts }];
      case "determined":
        return [
          {
            names: [column.by, name],
            rows: [...column.keys.map((key, i) => [key, column.texts[i] ?? ""]), ["", ""]],
          },
        ];
      case "same":
        return column.text === "" ? [] : [{ names: [name], rows: [[column.text]] }];
      default:
        return [];
    }
  });
}

/** What may be written for a text: itself, or the bound of the column's range that it lies beyond; marks of what is missing. */
function writings(text: string, column: TableColumn): readonly string[] {
  if (text === "") return ["", ...(column.missing ?? [])];
  const { range } = column;
  const reading = range && readingOfColumn(column);
  return reading === undefined ? [text] : [text, ...(range ?? []).map((bound) => reading.format(bound))];
}

const quotedTerm = ({ column, operator, values }: WhereTerm): string =>
  operator === "in" ? `"${column}" in (${values.join(", ")})` : `"${column}"${operator}${values[0] ?? ""}`;

function refuse(asked: readonly Asked[], because: string): never {
  const told = asked.flatMap(({ terms }) => terms.map(quotedTerm)).join(" and ");
  throw new UserError(`where: no row can meet ${told}: ${because}`, 2);
}

function requireOccurring({ names, rows }: Occurring, all: readonly Asked[]): void {
  const asked = all.filter(({ column }) => names.includes(column.name));
  if (asked.length === 0) return;
  const places = asked.map(({ column }) => names.indexOf(column.name));
  const fits = rows.some((row) =>
    asked.every(({ column, holds }, i) => writings(row[places[i] ?? 0] ?? "", column).some(holds)),
  );
  if (fits) return;
  if (asked.length > 1) refuse(asked, "no training row has them together");
  const known = [...new Set(rows.map((row) => row[places[0] ?? 0] ?? ""))].filter((text) => text !== "");
  const shown = known.slice(0, 12).join(", ");
  refuse(asked, `the column has ${shown}${known.length > 12 ? " and more" : ""}`);
}

/** The values of `in (...)` that no training row has, which would be overlooked where others do. */
function requireKnown({ names, rows }: Occurring, { column, terms }: Asked): void {
  const [name] = names;
  if (names.length !== 1 || name !== column.name || readingOfColumn(column) !== undefined) return;
  const known = new Set(rows.map(([text = ""]) => text.trim()));
  for (const { operator, values } of terms) {
    const strange = values.find((value) => !known.has(value.trim()));
    if (operator !== "in" || strange === undefined) continue;
    const shown = [...known].slice(0, 12).join(", ");
    throw new UserError(
      `where: no training row has "${strange}" as "${name}"; there are ${shown}${known.size > 12 ? " and more" : ""}`,
      2,
    );
  }
}

/** The least and the greatest number that can come out of a column, where something bounds them. */
function boundsOf(table: FittedTable, name: string): readonly [number, number] | undefined {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined || !("range" in column) || column.as === "angle" || column.minus !== undefined)
    return undefined;
  const described = table.schema.columns.find((one) => one.name === name);
  const ends = column.as === "scores" ? [column.knots.x[0] ?? 0, column.knots.x.at(-1) ?? 0] : [];
  const all = [...column.range, ...ends, ...(column.atoms?.values ?? [])];
  const [least, greatest] = [Math.min(...all), Math.max(...all)];
  const [from, to] = described?.range ?? [-Infinity, Infinity];
  return [Math.min(to, Math.max(from, least)), Math.max(from, Math.min(to, greatest))];
}

/** Numbers between which a column's must lie for its conditions, and those that it may only be. */
function interval({ terms }: Asked, parse: (text: string) => number | undefined) {
  let [least, greatest] = [-Infinity, Infinity];
  let only: readonly number[] | undefined;
  for (const { operator, values } of terms) {
    const numbers = values.map(parse).filter((value) => value !== undefined);
    const [number = Number.NaN] = numbers;
    if (operator === "=" || operator === "in") only ??= numbers;
    if (operator === ">" || operator === ">=") least = Math.max(least, number);
    if (operator === "<" || operator === "<=") greatest = Math.min(greatest, number);
  }
  return { least, greatest, only };
}

function requireNumbers(table: FittedTable, asked: Asked): void {
  const { column, holds } = asked;
  const reading = readingOfColumn(column);
  if (reading === undefined) return;
  const { least, greatest, only } = interval(asked, (text) => reading.parse(text));
  const bounds = boundsOf(table, column.name);
  // what is drawn is rounded when it is written
  const step = ["date", "datetime", "time"].includes(column.kind) ? 1 : 10 ** -(column.decimals ?? 9);
  const inside = (value: number): boolean =>
    bounds === undefined || (value >= bounds[0] - step && value <= bounds[1] + step);
  const written = (value: number): boolean => holds(reading.format(value));
  if (only !== undefined) {
    if (!only.some(written)) refuse([asked], `they leave no value of a column of kind ${column.kind}`);
    if (only.some((value) => inside(value) && written(value))) return;
  } else if (least > greatest) {
    refuse([asked], "they contradict each other");
  } else {
    const near = [least, greatest].flatMap((value) => [value - step, value, value + step]);
    const narrow = greatest - least <= 2 * step;
    if (narrow && !near.some(written))
      refuse([asked], `no value of a column of kind ${column.kind} lies there`);
    if (bounds === undefined || (least <= bounds[1] + step && greatest >= bounds[0] - step)) return;
  }
  const [from, to] = (bounds ?? []).map((bound) => reading.format(bound));
  refuse([asked], `what is drawn goes from ${from} to ${to}, as the training rows do`);
}

/**
 * Throws the UserError for conditions that no row can meet whatever is drawn: by themselves, as `age<20 and age>30`, by their column's
 * range, and by the texts that training rows have.
 */
export function requirePossible(table: FittedTable, terms: readonly WhereTerm[]): void {
  const { schema, columns } = table;
  const names = [...new Set(terms.map(({ column }) => column))];
  const asked = names.flatMap((name): Asked[] => {
    const column = schema.columns.find((one) => one.name === name);
    if (column === undefined) return [];
    const own = terms.filter((term) => term.column === name);
    const tests: readonly CellTest[] = own.map((term) => cellTest(term, table));
    return [{ column, terms: own, holds: (text) => tests.every((test) => test(text, null)) }];
  });
  for (const one of asked) requireNumbers(table, one);
  for (const group of occurring(table)) {
    for (const one of asked) requireKnown(group, one);
    requireOccurring(group, asked);
  }
  const gone = asked.find(({ column: { name } }) =>
    columns.some((one) => one.name === name && one.as === "same" && one.text === ""),
  );
  if (gone !== undefined && !gone.holds(""))
    refuse([gone], "the model leaves the column out, and it stays empty");
}
