import { UserError } from "../../tensor/index.js";
import { type DateFormat, dateFormat, type DateUnit } from "./dates.js";
import type { TableColumn } from "./schema.js";

/** Between a cell's text and its number. */
export interface CellReading {
  /** undefined for a text that is none of the column's values. */
  parse(text: string): number | undefined;
  /** The number in the column's own format, rounded. */
  format(value: number): string;
  /** The nearest number that can be written. */
  round(value: number): number;
}

const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** How numbers of a column are written; what is left out is the usual. */
export type NumberStyle = Pick<
  TableColumn,
  "decimalMark" | "thousands" | "prefix" | "suffix" | "decimals" | "leastDecimals"
>;

/** The number of a text in a style, as `Number` understands it once marks are plain. */
export function numberReader({
  decimalMark,
  thousands,
  prefix,
  suffix,
}: NumberStyle): (text: string) => number | undefined {
  const grouped =
    thousands === undefined
      ? undefined
      : new RegExp(`^[+-]?\\d{1,3}(${escaped(thousands)}\\d{3})*(${escaped(decimalMark ?? ".")}\\d*)?$`);
  const usual = (decimalMark ?? ".") === "." && thousands === undefined && !prefix && !suffix;
  return (text) => {
    let own = text.trim();
    if (!usual) {
      let sign = "";
      if (prefix && /^[+-]/.test(own) && !/^[+-]/.test(prefix)) [sign, own] = [own[0] ?? "", own.slice(1)];
      if (prefix && own.startsWith(prefix)) own = own.slice(prefix.length).trimStart();
      if (suffix && own.endsWith(suffix)) own = own.slice(0, -suffix.length).trimEnd();
      own = sign + own;
      if (thousands !== undefined && own.includes(thousands)) {
        if (grouped?.test(own) !== true) return undefined;
        own = own.replaceAll(thousands, "");
      }
      if (decimalMark === ",") {
        if (own.includes(".")) return undefined;
        own = own.replace(",", ".");
      }
    }
    if (!plain.test(own)) return undefined;
    const value = Number(own);
    return Number.isFinite(value) ? value : undefined;
  };
}

function groupedDigits(whole: string, mark: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, mark);
}

function numberFormat(style: NumberStyle): (value: number) => string {
  const { decimals, leastDecimals = 0, decimalMark = ".", thousands, prefix = "", suffix = "" } = style;
  return (value) => {
    let text = decimals === undefined ? String(Number(value.toPrecision(15))) : value.toFixed(decimals);
    if (/^-0(\.0*)?$/.test(text)) text = text.slice(1);
    if (!text.includes("e")) {
      let [whole = "", broken = ""] = text.split(".");
      while (broken.length > leastDecimals && broken.endsWith("0")) broken = broken.slice(0, -1);
      broken = broken.padEnd(leastDecimals, "0");
      if (thousands !== undefined) whole = groupedDigits(whole, thousands);
      text = broken === "" ? whole : `${whole}${decimalMark}${broken}`;
    } else if (decimalMark === ",") {
      text = text.replace(".", ",");
    }
    if (prefix !== "" && text.startsWith("-")) return `-${prefix}${text.slice(1)}${suffix}`;
    return `${prefix}${text}${suffix}`;
  };
}

/** How a column's numbers are read and written. */
export function numberReading(column: NumberStyle): CellReading {
  const parse = numberReader(column);
  const format = numberFormat(column);
  const { decimals } = column;
  return {
    parse,
    format,
    round: (value) => (decimals === undefined ? value : Number(value.toFixed(decimals))),
  };
}

const usualFormat: Readonly<Record<DateUnit, string>> = {
  date: "%Y-%m-%d",
  datetime: "%Y-%m-%d %H:%M:%S",
  time: "%H:%M:%S",
};

/** How dates or times of some formats are read; the first writes. Throws a UserError for a format that isn't known. */
export function dateReading(unit: DateUnit, formats: readonly string[], name: string): CellReading {
  const own = (formats.length === 0 ? [usualFormat[unit]] : formats).map((format): DateFormat => {
    const made = dateFormat(format, unit);
    if (made !== undefined) return made;
    throw new UserError(
      `the column "${name}" has the format "${format}", which is not known; use the letters ` +
        "%Y %m %d %b %B %H %I %M %S %f %p %z",
    );
  });
  const parse = (text: string): number | undefined => {
    for (const one of own) {
      const value = one.parse(text.trim());
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const format = (value: number): string => own[0]?.format(value) ?? "";
  return { parse, format, round: (value) => parse(format(value)) ?? value };
}

/** The formats of a column as a list. */
export function formatsOf({ format }: Pick<TableColumn, "format">): readonly string[] {
  return format === undefined ? [] : typeof format === "string" ? [format] : format;
}

/** How a column of numbers, dates or times is read; undefined for other kinds. */
export function readingOfColumn(column: TableColumn): CellReading | undefined {
  switch (column.kind) {
    case "date":
    case "datetime":
    case "time":
      return dateReading(column.kind, formatsOf(column), column.name);
    case "integer":
    case "count":
      return numberReading({ decimals: 0, ...column });
    case "number":
    case "positive":
    case "share":
    case "angle":
      return numberReading(column);
    default:
      return undefined;
  }
}
