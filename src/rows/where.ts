import { suggestion } from "../catalogue/index.js";
import type { FittedTable, TableColumn, TableValue } from "../data/portable.js";
import { readingOfColumn } from "../data/portable.js";
import { UserError } from "../tensor/index.js";
import { valuesBetweenCommas } from "./values.js";

const operators = ["<=", ">=", "!=", "=", "<", ">"] as const;

/** How a cell is compared. */
export type WhereOperator = (typeof operators)[number] | "in";

/** One condition on a column. */
export interface WhereTerm {
  readonly column: string;
  readonly operator: WhereOperator;
  /** What the cell is compared with: one text, or several of which it must be one. */
  readonly values: readonly string[];
}

const example = 'write it like species=Gentoo and "Body Mass (g)">=4000';

/** The parts of a text between its `and`s, those in quotes or brackets left alone. */
function terms(text: string): string[] {
  const parts: string[] = [];
  let [start, quote, depth] = [0, "", 0];
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? "";
    if (quote !== "") quote = letter === quote ? "" : quote;
    else if (/["']/.test(letter) && /(^|[\s=<>(,])$/.test(text.slice(start, i))) quote = letter;
    else if (letter === "(") depth++;
    else if (letter === ")") depth--;
    else if (depth === 0 && /^\s+and(\s|$)/i.test(text.slice(i))) {
      parts.push(text.slice(start, i));
      i += (/^\s+and/i.exec(text.slice(i))?.[0].length ?? 1) - 1;
      start = i + 1;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
}

const unquoted = (text: string): string => /^(["'])(.*)\1$/s.exec(text.trim())?.[2] ?? text.trim();

function termOf(text: string, names: readonly string[], option: string): WhereTerm {
  const fail = (): never => {
    throw new UserError(`${option}: can't read ${JSON.stringify(text)}; ${example}`, 2);
  };
  // a name may hold what looks like an operator, so known names go first
  const byLength = [...names].sort((a, b) => b.length - a.length);
  const plain = text.replace(/^(["'])(.*?)\1/s, "$2");
  const column = byLength.find(
    (name) => plain.startsWith(name) && /^\s*(<=|>=|!=|=|<|>|in\s*\()/i.test(plain.slice(name.length)),
  );
  if (column === undefined) {
    const asked = /^(.+?)\s*(<=|>=|!=|=|<|>|\sin\s*\()/i.exec(plain)?.[1]?.trim();
    if (asked === undefined) return fail();
    throw new UserError(`${option}: the table has no column "${asked}"; ${suggestion(asked, names)}`, 2);
  }
  const rest = plain.slice(column.length).trim();
  const inside = /^in\s*\((.*)\)$/is.exec(rest)?.[1];
  if (inside !== undefined) {
    const values = valuesBetweenCommas(inside);
    return values === undefined ? fail() : { column, operator: "in", values };
  }
  const operator = operators.find((one) => rest.startsWith(one));
  if (operator === undefined) return fail();
  const value = rest.slice(operator.length);
  if (value.trim() === "") return fail();
  return { column, operator, values: [unquoted(value)] };
}

/**
 * Conditions on a table's columns: `species=Gentoo and island in (Biscoe, Dream) and "Body Mass (g)">=4000`. Operators are =, !=,
 * <, <=, >, >= and in (...); names and values with blanks may stand in quotes. Throws a UserError that names the column for
 * one that the table doesn't have, and for text that can't be read; it begins with `option`.
 */
export function parseTableWhere(
  text: string,
  { schema }: Pick<FittedTable, "schema">,
  option = "where",
): WhereTerm[] {
  const names = schema.columns.map(({ name }) => name);
  if (text.trim() === "") throw new UserError(`${option}: there is no condition; ${example}`, 2);
  return terms(text).map((part) => termOf(part, names, option));
}

/** Whether a cell meets a condition. */
export type CellTest = (text: string, value: TableValue) => boolean;

/** The test of one condition. Throws a UserError for a value that can't be compared with the column. */
export function cellTest(
  { column: name, operator, values }: WhereTerm,
  { schema }: Pick<FittedTable, "schema">,
  option = "where",
): CellTest {
  const column = schema.columns.find((one) => one.name === name) as TableColumn;
  const reading = readingOfColumn(column);
  if (reading === undefined) {
    const wanted = new Set(values.map((value) => value.trim()));
    if (operator === "=" || operator === "in") return (text) => wanted.has(text.trim());
    if (operator === "!=") return (text) => text !== "" && !wanted.has(text.trim());
    const order = column.categories ?? [];
    const [place] = values.map((value) => order.indexOf(value));
    if (column.kind !== "ordinal" || place === undefined || place < 0) {
      throw new UserError(
        `${option}: "${name}" is of kind ${column.kind}; only = and != and in (...) compare it`,
        2,
      );
    }
    return (text) => order.includes(text) && compare(operator, order.indexOf(text), place);
  }
  const numbers = values.map((value) => {
    const number = reading.parse(value);
    if (number !== undefined) return number;
    throw new UserError(`${option}: "${value}" is no ${column.kind}, which "${name}" holds`, 2);
  });
  return (text) => {
    const number = text === "" || column.missing?.includes(text) === true ? undefined : reading.parse(text);
    if (number === undefined) return false;
    if (operator === "in") return numbers.includes(number);
    return compare(operator, number, numbers[0] ?? Number.NaN);
  };
}

function compare(operator: WhereOperator, a: number, b: number): boolean {
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "!=":
      return a !== b;
    default:
      return a === b;
  }
}
