import { UserError } from "../../tensor/index.js";
import { fitNumbers, mostChoices, type NumberFacts, standardPoints } from "./fit-number.js";
import type { TrainingFacts } from "./facts.js";
import { combinedColumns, fitDifference } from "./fit-related.js";
import { fitKey } from "./keys.js";
import {
  type ChoicesColumn,
  type Counted,
  type FittedColumn,
  type FittedTable,
  isLearned,
} from "./fitted.js";
import { type CellReading, readingOfColumn } from "./reading.js";
import type { TableColumn, TableSchema } from "./schema.js";
import type { ColumnSummary } from "./summary.js";

/** A column's texts in the training rows by count, what is missing apart. */
export function present(column: TableColumn, summary: ColumnSummary): { own: Counted; missing?: Counted } {
  const marks = new Set(column.missing ?? []);
  const own = { texts: [] as string[], counts: [] as number[] };
  const gone = { texts: [] as string[], counts: [] as number[] };
  if (summary.empty > 0) {
    gone.texts.push("");
    gone.counts.push(summary.empty);
  }
  for (const [i, text] of summary.texts.entries()) {
    const into = marks.has(text) ? gone : own;
    into.texts.push(text);
    into.counts.push(summary.counts[i] ?? 0);
  }
  return gone.texts.length === 0 ? { own } : { own, missing: gone };
}

/** The UserError for a text that its column's kind can't be. */
export function unreadable(place: string, { name, kind }: TableColumn, text: string, row: number): UserError {
  return new UserError(
    `${place}: row ${row + 1} has ${JSON.stringify(text.slice(0, 60))} in the column "${name}", which is of kind ${kind}: ` +
      `correct it, list it under "missing", or make the column a category`,
  );
}

/** The numbers of texts, ascending, each once. Throws the UserError for a text that is none. */
export function numbersOf(
  place: string,
  column: TableColumn,
  reading: CellReading,
  { texts, counts }: Counted,
  summary: ColumnSummary,
): { values: number[]; counts: number[]; texts: string[] } {
  const found = new Map<number, { count: number; text: string; most: number }>();
  for (const [i, text] of texts.entries()) {
    const value = reading.parse(text);
    if (value === undefined) {
      throw unreadable(place, column, text, summary.firstRows[summary.texts.indexOf(text)] ?? 0);
    }
    const count = counts[i] ?? 0;
    const one = found.get(value);
    if (one === undefined) found.set(value, { count, text, most: count });
    else {
      one.count += count;
      if (count > one.most) [one.text, one.most] = [text, count];
    }
  }
  const sorted = [...found].sort(([a], [b]) => a - b);
  return {
    values: sorted.map(([value]) => value),
    counts: sorted.map(([, { count }]) => count),
    texts: sorted.map(([, { text }]) => text),
  };
}

function byFrequency({ texts, counts }: Counted): { texts: string[]; counts: number[] } {
  const places = texts.map((_, i) => i);
  places.sort(
    (a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || ((texts[a] ?? "") < (texts[b] ?? "") ? -1 : 1),
  );
  return { texts: places.map((i) => texts[i] ?? ""), counts: places.map((i) => counts[i] ?? 0) };
}

function requireTextLikelihood(column: TableColumn, values: number, missing: boolean): ChoicesColumn["of"] {
  const { name, kind, likelihood = "auto" } = column;
  const own =
    kind === "ordinal"
      ? "ordinal"
      : kind === "boolean" && values === 2 && !missing
        ? "bernoulli"
        : "categorical";
  if (likelihood === "auto") return own;
  const fits =
    likelihood === "categorical" ||
    (likelihood === "ordinal" && kind === "ordinal") ||
    (likelihood === "bernoulli" && values === 2 && !missing);
  if (fits) return likelihood;
  throw new UserError(
    `the column "${name}" of kind ${kind} can't have the likelihood "${likelihood}"; it can be ` +
      `${own === "categorical" ? "categorical" : `categorical or ${own}`}`,
  );
}

function fitTexts(place: string, column: TableColumn, summary: ColumnSummary): ChoicesColumn {
  const { own, missing } = present(column, summary);
  const { name, kind, categories } = column;
  const of = requireTextLikelihood(column, own.texts.length, missing !== undefined);
  const common = { name, as: "choices", of, ...(missing === undefined ? {} : { missing }) } as const;
  if (kind === "ordinal" && categories !== undefined) {
    const stray = own.texts.find((text) => !categories.includes(text));
    if (stray !== undefined) {
      throw unreadable(place, column, stray, summary.firstRows[summary.texts.indexOf(stray)] ?? 0);
    }
    const counts = categories.map((text) => own.counts[own.texts.indexOf(text)] ?? 0);
    // what never occurs keeps a small place of its own
    const points = standardPoints({ values: counts, counts: counts.map((count) => count || 0.5) });
    return { ...common, texts: [...categories], counts, points };
  }
  const sorted = byFrequency(own);
  const many = sorted.texts.length > mostChoices || summary.uncounted > 0;
  if (!many) return { ...common, ...sorted };
  return {
    ...common,
    texts: sorted.texts.slice(0, mostChoices),
    counts: sorted.counts.slice(0, mostChoices),
    rare: { texts: sorted.texts.slice(mostChoices), counts: sorted.counts.slice(mostChoices) },
  };
}

/** The numbers of a column of which there were too many to count: those of the sample. */
function sampled(facts: TrainingFacts, index: number): Counted {
  const counts = new Map<string, number>();
  for (const text of facts.sample.column(index))
    if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  return { texts: [...counts.keys()], counts: [...counts.values()] };
}

/** A column's numbers in the training rows. */
export function factsOf(
  facts: TrainingFacts,
  column: TableColumn,
  index: number,
  reading: CellReading,
): NumberFacts {
  const summary = facts.summaries[index];
  if (summary === undefined) throw new Error(`no column ${index}`);
  const { own, missing } = present(column, summary);
  const marks = new Set(column.missing ?? []);
  const { texts, counts } = summary.uncounted > 0 ? sampled(facts, index) : own;
  const kept = texts.map((_, i) => i).filter((i) => !marks.has(texts[i] ?? ""));
  const counted = { texts: kept.map((i) => texts[i] ?? ""), counts: kept.map((i) => counts[i] ?? 0) };
  const { late } = summary;
  if (late?.stray !== undefined) throw unreadable(facts.place, column, late.stray.text, late.stray.row);
  for (const limit of late === undefined ? [] : [late.least, late.greatest]) {
    const text = reading.format(limit);
    if (!Number.isFinite(limit) || counted.texts.includes(text)) continue;
    counted.texts.push(text);
    counted.counts.push(1);
  }
  const numbers = numbersOf(facts.place, column, reading, counted, summary);
  return { ...numbers, ...(missing === undefined ? {} : { missing }) };
}

function fitColumn(facts: TrainingFacts, column: TableColumn, index: number): FittedColumn {
  const summary = facts.summaries[index];
  if (summary === undefined) throw new Error(`no column ${index}`);
  const { name, kind } = column;
  const { own, missing } = present(column, summary);
  if (kind === "key") return fitKey(facts.place, column, own, summary.late?.count);
  if (column.use === false || kind === "constant" || kind === "text" || own.texts.length === 0) {
    const constant = kind === "constant" && missing === undefined ? (own.texts[0] ?? "") : "";
    return { name, as: "same", text: constant };
  }
  const reading = readingOfColumn(column);
  if (reading === undefined) return fitTexts(facts.place, column, summary);
  return fitNumbers(column, factsOf(facts, column, index, reading), reading);
}

/** What is learned of the training rows; of columns that are all left out only if `evenNothing`. Throws a UserError that names the column, and the row of a cell that can't be read. */
export function fitFrom(schema: TableSchema, facts: TrainingFacts, evenNothing = false): FittedTable {
  if (facts.rows === 0) throw new UserError(`${facts.place} has no rows: there is nothing to learn from`);
  const columns = schema.columns.map((column, index) => fitColumn(facts, column, index));
  for (const constraint of schema.constraints) {
    const place = (name: string): number => schema.columns.findIndex((column) => column.name === name);
    const inside = (name: string): boolean => isLearned(columns[place(name)]);
    if (constraint.type === "together") {
      const names = constraint.columns.filter(inside);
      if (names.length < 2) continue;
      for (const one of combinedColumns(schema, facts, names, columns)) columns[place(one.name)] = one;
    } else if (constraint.type === "sum") {
      if (![...constraint.of, constraint.is].every(inside)) continue;
      columns[place(constraint.is)] = { name: constraint.is, as: "sum", of: constraint.of };
    } else if (inside(constraint.a) && inside(constraint.b)) {
      columns[place(constraint.a)] = fitDifference(schema, facts, constraint.a, constraint.b);
    }
  }
  if (!evenNothing && !columns.some(isLearned)) {
    throw new UserError(
      `${facts.place}: every column is left out (${schema.columns.map(({ name, kind, why }) => `"${name}": ${why ?? kind}`).join("; ")}); ` +
        "edit the schema to have one learned",
    );
  }
  return { version: 1, schema, rows: facts.rows, columns };
}
