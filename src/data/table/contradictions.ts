import type { TrainingFacts } from "./facts.js";
import { type FittedTable, isLearned } from "./fitted.js";
import { readingOfColumn } from "./reading.js";
import { columnsOf, type TableColumn, type TableConstraint, type TableSchema } from "./schema.js";
import type { TextTable } from "./texts.js";

type Numbers = readonly (number | undefined)[];

function numbersOf(column: TableColumn, texts: readonly string[]): Numbers {
  const reading = readingOfColumn(column);
  const marks = new Set(column.missing ?? []);
  return texts.map((text) => (text === "" || marks.has(text) ? undefined : reading?.parse(text)));
}

/** Of the rows in which something can be looked at, the share in which it isn't so. */
function shareAgainst(verdicts: readonly (boolean | undefined)[]): number {
  const known = verdicts.filter((holds) => holds !== undefined);
  return known.length === 0 ? 0 : known.filter((holds) => !holds).length / known.length;
}

export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

/** The texts of a column of a table, row by row. */
export function columnOf(table: TextTable, name: string): string[] {
  const own = table.columns[table.names.indexOf(name)];
  return Array.from({ length: table.rows }, (_, row) => own?.texts[own.codes[row] ?? -1] ?? "");
}

/** A column's texts, row by row. */
type Texts = (name: string) => readonly string[];

/** The share of the rows that contradict a constraint, and what it says; a sum may miss its total by its parts' rounding. */
export function shareAgainstConstraint(
  schema: TableSchema,
  constraint: TableConstraint,
  texts: Texts,
): { readonly share: number; readonly says: string } {
  const described = (name: string): TableColumn | undefined =>
    schema.columns.find((column) => column.name === name);
  const numbers = (name: string): Numbers => {
    const column = described(name);
    return column === undefined ? [] : numbersOf(column, texts(name));
  };
  const [share, says] = against(constraint, described, numbers);
  return { share, says };
}

/**
 * Notes on what rows, as `rows` calls them, contradict in a schema: ranges and constraints that don't hold in them, but will in every row
 * that is generated.
 */
export function contradictions(
  fitted: FittedTable,
  { sample }: Pick<TrainingFacts, "sample">,
  rows = "training rows",
): string[] {
  const { schema } = fitted;
  const texts: Texts = (name) => sample.column(schema.columns.findIndex((column) => column.name === name));

  const ranges = schema.columns.flatMap((column, i) => {
    const { name, range, kind } = column;
    if (range === undefined || kind === "angle" || !isLearned(fitted.columns[i])) return [];
    const [least, greatest] = range;
    const [from, to] = range.map((value) => readingOfColumn(column)?.format(value) ?? String(value));
    const verdicts = numbersOf(column, texts(name)).map((value) =>
      value === undefined ? undefined : value >= least && value <= greatest,
    );
    const share = shareAgainst(verdicts);
    if (share === 0) return [];
    return [
      `In about ${percent(share)} of the ${rows} "${name}" lies outside its range, ${from} to ${to}; a generated row has the nearer of the two there.`,
    ];
  });

  const constraints = applied(fitted).flatMap((constraint) => {
    const { share, says } = shareAgainstConstraint(schema, constraint, texts);
    if (share === 0) return [];
    return [
      `About ${percent(share)} of the ${rows} contradict the constraint that ${says}, which every generated row meets; if that isn't meant, ` +
        "take it out of the schema.",
    ];
  });
  return [...ranges, ...constraints];
}

/** The constraints that hold in generated rows: those about columns that the model has. */
export function applied({ schema, columns }: FittedTable): TableConstraint[] {
  const learned = new Set(columns.filter(isLearned).map(({ name }) => name));
  return schema.constraints.filter((one) => columnsOf(one).every((name) => learned.has(name)));
}

/** By how much a sum may miss its total, all being rounded to decimals. */
function roundingOf(parts: number, total: number, { decimals }: TableColumn): number {
  const half = decimals === undefined ? 0 : 0.5 * 10 ** -decimals;
  return (parts + 1) * half * (1 + 1e-9) + 1e-9 * Math.abs(total);
}

function against(
  constraint: TableConstraint,
  column: (name: string) => TableColumn | undefined,
  numbers: (name: string) => Numbers,
): readonly [share: number, says: string] {
  switch (constraint.type) {
    case "at-least": {
      const [above, below] = [numbers(constraint.a), numbers(constraint.b)];
      const verdicts = above.map((value, row) => {
        const other = below[row];
        return value === undefined || other === undefined ? undefined : value >= other;
      });
      return [shareAgainst(verdicts), `"${constraint.a}" is at least "${constraint.b}"`];
    }
    case "sum": {
      const [parts, total] = [constraint.of.map(numbers), numbers(constraint.is)];
      const described = column(constraint.is) ?? { name: constraint.is, kind: "number" };
      const verdicts = total.map((value, row) => {
        const own = parts.map((part) => part[row]);
        if (value === undefined || own.includes(undefined)) return undefined;
        const sum = own.reduce<number>((all, one) => all + (one ?? 0), 0);
        return Math.abs(sum - value) <= roundingOf(own.length, value, described);
      });
      return [
        shareAgainst(verdicts),
        `${constraint.of.map((name) => `"${name}"`).join(" and ")} add up to "${constraint.is}"`,
      ];
    }
    case "together":
      return [0, ""];
  }
}
