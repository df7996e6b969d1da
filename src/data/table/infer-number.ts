import { dateFormat, type DateUnit, knownFormats } from "./dates.js";
import { type NumberStyle, numberReader } from "./reading.js";

/** Texts that stand for a missing value where all others are numbers or dates. */
const markers = new Set([
  "na",
  "n/a",
  "n.a.",
  "nan",
  "null",
  "none",
  "nil",
  "-",
  "--",
  "---",
  "?",
  ".",
  "..",
  "missing",
  "#n/a",
  "#na",
  "unknown",
  "\\n",
]);

/** Whether a text says that there is nothing. */
export function isMarker(text: string): boolean {
  return text.trim() === "" || markers.has(text.trim().toLowerCase());
}

/** Whether a text is digits with a zero before them, which a number would lose. */
export function hasLeadingZero(text: string): boolean {
  return /^\s*[+-]?0\d+$/.test(text);
}

/** More digits than a number in float64 keeps. */
function tooLong(text: string): boolean {
  if (text.length <= 15) return false;
  return (
    text
      .replace(/[eE].*$/, "")
      .replace(/\D/g, "")
      .replace(/^0+/, "").length > 15 && !/[.,eE]/.test(text)
  );
}

const styles: readonly NumberStyle[] = [
  {},
  { thousands: "," },
  { decimalMark: "," },
  { thousands: ".", decimalMark: "," },
  { thousands: " " },
  { thousands: " ", decimalMark: "," },
  { thousands: "\u00a0", decimalMark: "," },
  { thousands: "\u202f", decimalMark: "," },
  { thousands: "'" },
  { thousands: "\u2019" },
];

/** What may stand before numbers: a currency. */
const before = /^(\p{Sc}|[A-Z]{0,2}\p{Sc}|USD|EUR|GBP|CHF|JPY|CNY|INR)\s?$/u;
/** What may stand behind numbers: a currency, a percent sign, degrees, or a unit. */
const behind =
  /^\s?(\p{Sc}|%|‰|°[CF]?|USD|EUR|GBP|CHF|JPY|CNY|INR|[kmcµ]?g|[kmcµn]?m|lbs?|oz|ft|in|mi|m[²³]|km²|[kmµn]?s|sec|min|hrs?|h|days?|years?|[kMGT]i?B|[kM]?Hz|[kM]?Wh?|V|A|mol|[md]?l|ml|L|hPa|mbar|bar|km\/h|mph|m\/s)$/u;

/** What all numbers have before and behind them. */
function affixes(texts: readonly string[]): NumberStyle {
  const [, prefix = "", suffix = ""] =
    /^[+-]?(\D*?)[+-]?[\d.,](?:.*\d[.,]?)?(\D*)$/u.exec((texts[0] ?? "").trim()) ?? [];
  const own = {
    ...(before.test(prefix) ? { prefix } : {}),
    ...(behind.test(suffix) ? { suffix } : {}),
  };
  if (Object.keys(own).length === 0) return {};
  const fits = (text: string): boolean =>
    (own.prefix === undefined || text.replace(/^[+-]/, "").startsWith(own.prefix)) &&
    text.endsWith(own.suffix ?? "");
  return texts.every((text) => fits(text.trim())) ? own : {};
}

const usually = numberReader({});

/** How texts that are all numbers are written; `comma` says that the file is one of decimal commas. */
export function numberStyleOf(texts: readonly string[], comma: boolean): NumberStyle | undefined {
  if (texts.length === 0 || texts.some((text) => hasLeadingZero(text) || tooLong(text))) return undefined;
  if (texts.every((text) => usually(text) !== undefined)) return {};
  const around = affixes(texts);
  const order = comma ? [...styles.slice(2, 3), ...styles] : styles;
  const plainly = numberReader(around);
  if (texts.every((text) => plainly(text) !== undefined)) return around;
  for (const style of order) {
    const read = numberReader({ ...style, ...around });
    if (texts.every((text) => read(text) !== undefined)) return { ...style, ...around };
  }
  return undefined;
}

/** Decimals of a number's text. */
export function decimalsOf(text: string, mark: "," | "." = "."): number | undefined {
  if (/\d[eE][+-]?\d/.test(text)) return undefined;
  const at = text.lastIndexOf(mark);
  return at < 0 ? 0 : (/^\d*/.exec(text.slice(at + 1))?.[0].length ?? 0);
}

/** Decimals of a number's text in a column's style. */
export function styledDecimals(text: string, { suffix, decimalMark }: NumberStyle): number | undefined {
  return decimalsOf(suffix ? text.slice(0, -suffix.length) : text, decimalMark);
}

type Parser = { readonly format: string; readonly parse: (text: string) => number | undefined };

const made = new Map<DateUnit, readonly Parser[]>();

/** The known formats of a unit, made when they are first asked for. */
function parsersOf(unit: DateUnit): readonly Parser[] {
  const known = made.get(unit);
  if (known !== undefined) return known;
  const parsers = knownFormats[unit].flatMap((format): Parser[] => {
    const own = dateFormat(format, unit);
    return own === undefined ? [] : [{ format, parse: own.parse }];
  });
  made.set(unit, parsers);
  return parsers;
}

/** The formats in which all texts are dates or times, at most three; the one of the most rows first. */
export function dateFormatsOf(
  texts: readonly string[],
  counts: readonly number[],
): { unit: DateUnit; formats: string[]; ambiguous: boolean } | undefined {
  const digits = texts.slice(0, 50).every((text) => /\d.*\d.*\d/.test(text) && text.length < 40);
  if (texts.length === 0 || !digits) return undefined;
  for (const unit of ["date", "time", "datetime"] as const) {
    const parsers = parsersOf(unit);
    const found: { format: string; rows: number }[] = [];
    let left = texts.map((_, i) => i);
    let ambiguous = false;
    for (let tries = 0; tries < 3 && left.length > 0; tries++) {
      const some = left.slice(0, 100);
      const score = (parse: (text: string) => number | undefined, of: readonly number[]): number =>
        of.filter((i) => parse((texts[i] ?? "").trim()) !== undefined).length;
      const ranked = parsers
        .map((one) => ({ ...one, hits: score(one.parse, some) }))
        .filter(({ hits }) => hits > 0)
        .sort((a, b) => b.hits - a.hits);
      const close = ranked
        .filter(({ hits }) => hits === ranked[0]?.hits)
        .map((one) => ({ ...one, all: score(one.parse, left) }));
      const [best] = close.sort((a, b) => b.all - a.all);
      if (best === undefined) break;
      const orderOf = (format: string): string => format.replace(/-/g, "");
      ambiguous ||= close.some(
        ({ all, format }) =>
          all === best.all && /%d.%m/.test(orderOf(format)) !== /%d.%m/.test(orderOf(best.format)),
      );
      const rest = left.filter((i) => best.parse((texts[i] ?? "").trim()) === undefined);
      const rows =
        left.reduce((sum, i) => sum + (counts[i] ?? 0), 0) -
        rest.reduce((sum, i) => sum + (counts[i] ?? 0), 0);
      found.push({ format: best.format, rows });
      left = rest;
    }
    if (left.length > 0) continue;
    const formats = found.sort((a, b) => b.rows - a.rows).map(({ format }) => format);
    return { unit, formats, ambiguous };
  }
  return undefined;
}
