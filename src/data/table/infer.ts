import { dateFormatsOf, hasLeadingZero, isMarker, numberStyleOf, styledDecimals } from "./infer-number.js";
import { keyFormatOf, namedAsCode, namedAsKey, personalOf } from "./infer-key.js";
import { type NumberStyle, numberReader } from "./reading.js";
import type { TableColumn, TableKind } from "./schema.js";
import type { ColumnSummary } from "./summary.js";

/** What is known of the whole table when one column is looked at. */
export interface InferContext {
  /** Whether numbers of this file have decimal commas. */
  readonly comma: boolean;
  readonly stored?: string;
}

/** A column as it was understood, and what to say of it. */
export interface Inferred {
  readonly column: TableColumn;
  readonly notes: readonly string[];
}

/** The most categories that a schema lists. */
const listed = 50;
/** From so many rows on, a column of texts of which most occur once is no category. */
const fewRows = 50;

const booleans: readonly (readonly [string, string])[] = [
  ["true", "false"],
  ["t", "f"],
  ["yes", "no"],
  ["y", "n"],
  ["0", "1"],
  ["on", "off"],
];

function isBoolean(texts: readonly string[]): boolean {
  const own = texts.map((text) => text.trim().toLowerCase());
  return own.length === 2 && booleans.some((pair) => own.includes(pair[0]) && own.includes(pair[1]));
}

function byFrequency({ texts, counts }: ColumnSummary): string[] {
  return texts
    .map((text, i) => ({ text, count: counts[i] ?? 0 }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .map(({ text }) => text);
}

/** Whether integers without a gap, or nearly, are no more than the rows' numbers. */
function isDense([least, greatest]: Limits, rows: number): boolean {
  return rows >= fewRows && greatest - least < 2 * rows;
}

type Limits = readonly [least: number, greatest: number];

function limitsOf(values: readonly number[]): Limits {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return [least, greatest];
}

const angleName = /(direction|bearing|heading|azimuth|angle|wind[\s_-]?dir)/i;

function numberKind(name: string, [least, greatest]: Limits, decimals: number | undefined): TableKind {
  if (angleName.test(name) && least >= 0 && greatest <= 360 && greatest > 180) return "angle";
  if (decimals === 0) return least === 0 ? "count" : "integer";
  if (least >= 0 && greatest <= 1) return "share";
  return least > 0 ? "positive" : "number";
}

function numberColumn(
  summary: ColumnSummary,
  texts: readonly string[],
  style: NumberStyle,
  missing: readonly string[],
  stored?: string,
): Inferred {
  const { name } = summary;
  const read = numberReader(style);
  const values = texts.map((text) => read(text) ?? 0);
  const places = texts.map((text) => styledDecimals(text, style));
  const { late } = summary;
  const limits = limitsOf([...limitsOf(values), ...(late ? [late.least, late.greatest] : [])]);
  const written = places.every((place) => place !== undefined) ? limitsOf(places) : undefined;
  const all = late ? written && late.decimals && limitsOf([...written, ...late.decimals]) : written;
  const most = all?.[1];
  const least = all?.[0] ?? 0;
  const decimals = most !== undefined && most > 12 ? undefined : most;
  const notes: string[] = [];
  const common = {
    ...(stored === undefined ? {} : { stored }),
    ...style,
    ...(missing.length === 0 ? {} : { missing }),
  };
  const different = summary.texts.length + summary.uncounted;
  const unique = summary.empty === 0 && missing.length === 0 && different === summary.rows;
  const whole = decimals === 0 && values.every((value) => Number.isInteger(value));
  if (whole && unique && Object.keys(style).length === 0) {
    const named = namedAsKey(name);
    const format = keyFormatOf(texts);
    if (format !== undefined && (named || isDense(limits, summary.rows))) {
      return { column: { name, kind: "key", ...common, format }, notes: [] };
    }
  }
  if (whole && namedAsCode(name)) {
    notes.push(`"${name}" is read as a category, as its name speaks of codes.`);
    return { column: { name, kind: "category", ...common }, notes };
  }
  const kind = numberKind(name, limits, decimals);
  const column: TableColumn = {
    name,
    kind,
    ...common,
    ...(decimals === undefined ? {} : { decimals }),
    ...(least > 0 && decimals !== undefined ? { leastDecimals: least } : {}),
    range: kind === "angle" ? [0, 360] : limits,
  };
  return { column, notes };
}

/** Texts with their counts, without those that say that there is nothing. */
function withoutMarkers({ texts, counts }: ColumnSummary): {
  texts: string[];
  counts: number[];
  markers: string[];
} {
  const kept = texts
    .map((text, i) => ({ text, count: counts[i] ?? 0 }))
    .filter(({ text }) => !isMarker(text));
  return {
    texts: kept.map(({ text }) => text),
    counts: kept.map(({ count }) => count),
    markers: texts.filter(isMarker),
  };
}

/** What to say of texts that are numbers but for a few. */
function strayNote(summary: ColumnSummary): string[] {
  const { name, texts, firstRows, counts, rows } = summary;
  const read = numberReader({});
  const strays = texts.flatMap((text, i) => (read(text) === undefined && !isMarker(text) ? [i] : []));
  const stray = strays.reduce((sum, i) => sum + (counts[i] ?? 0), 0);
  const [first] = strays;
  if (first === undefined || stray > 0.2 * rows || texts.some(hasLeadingZero)) return [];
  return [
    `"${name}" is numbers but for ${stray} of ${rows} rows (the first is ${JSON.stringify(texts[first])} in row ` +
      `${(firstRows[first] ?? 0) + 1}), so it is read as a category; to read it as numbers, correct these, or list them ` +
      'under "missing" and set "kind" to "number" in the schema.',
  ];
}

function textColumn(summary: ColumnSummary, missing: readonly string[], stored?: string): Inferred {
  const { name, texts, rows, empty, uncounted } = summary;
  const common = {
    ...(stored === undefined ? {} : { stored }),
    ...(missing.length === 0 ? {} : { missing }),
  };
  const present = rows - empty;
  const personal = personalOf(name, texts, false);
  const flag = personal === undefined ? {} : { personal: true };
  const unique = texts.length + uncounted === present && present > 1;
  const codes = texts.every((text) => text.length <= 40 && !/\s/.test(text));
  const format = unique && empty === 0 && codes ? keyFormatOf(texts) : undefined;
  const kept = "so it is kept out of the model";
  if (format !== undefined && personal === undefined && (rows >= fewRows || namedAsKey(name))) {
    return { column: { name, kind: "key", ...common, format }, notes: [] };
  }
  if (personal !== undefined) {
    const why = `it looks like ${personal}, ${kept}; to have it learned, remove "use" and "why"`;
    return {
      column: { name, kind: "text", ...common, ...flag, use: false, why },
      notes: [`"${name}" is left out: ${why}.`],
    };
  }
  const lengths =
    texts.slice(0, 1000).reduce((sum, text) => sum + text.length, 0) / Math.min(1000, texts.length);
  const scattered = present >= fewRows && texts.length + uncounted > (lengths > 60 ? 0.2 : 0.5) * present;
  if (scattered) {
    const why = `most of its texts occur once, ${kept}`;
    return {
      column: { name, kind: "text", ...common, use: false, why },
      notes: [`"${name}" is left out: ${why}.`],
    };
  }
  const column: TableColumn = {
    name,
    kind: "category",
    ...common,
    ...(texts.length <= listed ? { categories: byFrequency(summary) } : {}),
  };
  return { column, notes: strayNote(summary) };
}

/** What a column holds, by the texts of its cells. */
export function inferColumn(summary: ColumnSummary, { comma, stored }: InferContext): Inferred {
  const { name, texts, empty, rows } = summary;
  const told = stored === undefined ? {} : { stored };
  if (texts.length === 0) {
    const why = "it is empty";
    return {
      column: { name, kind: "constant", ...told, categories: [], use: false, why },
      notes: [`"${name}" is left out: ${why}.`],
    };
  }
  if (texts.length === 1 && empty === 0 && rows > 1) {
    const why = "it is the same in every row";
    return {
      column: { name, kind: "constant", ...told, categories: [...texts], use: false, why },
      notes: [`"${name}" is ${JSON.stringify(texts[0])} in every row, which the model need not learn.`],
    };
  }
  const blank = texts.filter((text) => text.trim() === "");
  const own = withoutMarkers(summary);
  if (own.texts.length === 2 && isBoolean(own.texts)) {
    const categories = byFrequency(summary).filter((text) => !isMarker(text));
    const missing = own.markers.length === 0 ? {} : { missing: own.markers };
    return { column: { name, kind: "boolean", ...told, categories, ...missing }, notes: [] };
  }
  const note = (what: string): string[] =>
    own.markers.length === 0
      ? []
      : [
          `"${name}" is ${what}; ${own.markers.map((text) => JSON.stringify(text)).join(", ")} there means that the value is missing.`,
        ];
  const style = numberStyleOf(own.texts, comma);
  const compact =
    own.texts.every((text) => /^(19|20)\d{6}$/.test(text)) && /date|day|datum|(^|_)dt($|_)/i.test(name);
  if (style !== undefined && !compact) {
    const { column, notes } = numberColumn(summary, own.texts, style, own.markers, stored);
    const personal = personalOf(name, own.texts, true);
    if (personal !== undefined) {
      const why = `it looks like ${personal}, so it is kept out of the model; to have it learned, remove "use" and "why"`;
      return {
        column: { ...column, personal: true, ...(column.kind === "key" ? {} : { use: false, why }) },
        notes: [`"${name}" is left out: ${why}.`],
      };
    }
    return { column, notes: [...notes, ...note("numbers")] };
  }
  const dates = compact
    ? { unit: "date" as const, formats: ["%Y%m%d"], ambiguous: false }
    : dateFormatsOf(own.texts, own.counts);
  if (dates !== undefined) {
    const { unit, formats, ambiguous } = dates;
    const missing = own.markers.length === 0 ? {} : { missing: own.markers };
    const notes = note("dates");
    if (ambiguous)
      notes.push(`"${name}" may have days and months in either order; it is read as ${formats[0]}.`);
    if (formats.length > 1)
      notes.push(
        `"${name}" has dates in ${formats.length} formats (${formats.join(", ")}); rows that come out have the first.`,
      );
    return {
      column: {
        name,
        kind: unit,
        ...told,
        format: formats.length === 1 ? (formats[0] ?? "") : formats,
        ...missing,
      },
      notes,
    };
  }
  return textColumn(summary, blank, stored);
}
