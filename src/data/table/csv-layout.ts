import { recordsOf } from "./csv-scan.js";
import { numberReader } from "./reading.js";

/** How delimited text is laid out. */
export interface CsvLayout {
  readonly delimiter: string;
  readonly newline: "\n" | "\r\n" | "\r";
  readonly header: boolean;
  readonly bom: boolean;
  /** The columns' names, no two alike. */
  readonly names: readonly string[];
  /** What the heading says of columns whose names are others. */
  readonly headings?: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

const delimiters = [",", ";", "\t", "|"] as const;

interface Tried {
  readonly delimiter: string;
  readonly records: string[][];
  /** The share of records that have as many cells as the first. */
  readonly alike: number;
}

function tried(text: string, delimiter: string, whole: boolean): Tried | undefined {
  const records = recordsOf(text, delimiter, whole)?.slice(0, 1000);
  const [first] = records ?? [];
  if (records === undefined || first === undefined) return undefined;
  const alike = records.filter((record) => record.length === first.length).length / records.length;
  return { delimiter, records, alike };
}

/** The delimiter whose records are most alike, and of those the one with the most cells. */
function bestDelimiter(text: string, whole: boolean): Tried | undefined {
  const cells = (one: Tried): number => one.records[0]?.length ?? 0;
  const all = delimiters.map((delimiter) => tried(text, delimiter, whole)).filter((one) => one !== undefined);
  const several = all.filter((one) => cells(one) > 1);
  return (several.length > 0 ? several : all).sort(
    (a, b) => Math.round(10 * (b.alike - a.alike)) || cells(b) - cells(a),
  )[0];
}

const readNumber = numberReader({});

/** Whether a cell of a first record speaks of data: a number, but for years, which head columns too. */
function isNumber(cell: string): boolean {
  const value = readNumber(cell);
  return value !== undefined && !(Number.isInteger(value) && value >= 1900 && value <= 2100);
}

/** Names that are all there and no two alike, and what was done for it. */
export function distinctNames(given: readonly string[]): { names: string[]; notes: string[] } {
  const notes: string[] = [];
  const taken = new Set(given.map((name) => name.trim()));
  const seen = new Set<string>();
  const names = given.map((raw, i) => {
    const name = raw.trim() || `column${i + 1}`;
    if (!seen.has(name)) {
      if (raw.trim() === "") notes.push(`Column ${i + 1} has no name and is called "${name}".`);
      seen.add(name);
      return name;
    }
    let n = 2;
    while (taken.has(`${name}_${n}`) || seen.has(`${name}_${n}`)) n++;
    seen.add(`${name}_${n}`);
    notes.push(`There are several columns "${name}"; column ${i + 1} is called "${name}_${n}".`);
    return `${name}_${n}`;
  });
  return { names, notes };
}

/** What is known before. */
export interface KnownLayout {
  readonly delimiter?: string;
  readonly header?: boolean;
}

/** How a text is laid out, by its beginning, `whole` if that is all; undefined if there is nothing in it. */
export function csvLayout(text: string, whole: boolean, known: KnownLayout = {}): CsvLayout | undefined {
  const bom = text.startsWith("\ufeff");
  const own = bom ? text.slice(1) : text;
  const best = known.delimiter === undefined ? bestDelimiter(own, whole) : tried(own, known.delimiter, whole);
  const [first, second] = best?.records ?? [];
  if (best === undefined || first === undefined) return undefined;
  const looksLikeData = first.some(isNumber) && second?.length === first.length;
  const header = known.header ?? !looksLikeData;
  const { names, notes } = distinctNames(header ? first : first.map((_, i) => `column${i + 1}`));
  if (!header && known.header === undefined) {
    notes.push(
      `The first line has numbers in it and is read as data, so the columns are called column1 to column${names.length}; ` +
        'if it holds their names, set "header": true under "file" in the schema.',
    );
  }
  const renamed = names.flatMap((name, i) => (header && first[i] !== name ? [[name, first[i] ?? ""]] : []));
  const newline = /\r\n?|\n/.exec(own)?.[0] ?? "\n";
  return {
    delimiter: best.delimiter,
    newline: newline === "\r\n" || newline === "\r" ? newline : "\n",
    header,
    bom,
    names,
    ...(renamed.length > 0 && { headings: Object.fromEntries(renamed) as Record<string, string> }),
    notes,
  };
}

/** Names as the heading of the file that they come from says them, if whoever reads them takes them for the same columns. */
export function headingsFor(
  names: readonly string[],
  headings: Readonly<Record<string, string>> = {},
): readonly string[] {
  const told = names.map((name, i) => {
    const heading = Object.hasOwn(headings, name) ? (headings[name] ?? name) : name;
    // a column without a name is called by its place
    return heading.trim() === "" && name !== `column${i + 1}` ? name : heading;
  });
  return distinctNames(told).names.every((name, i) => name === names[i]) ? told : names;
}
