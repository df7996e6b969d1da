import { requireArgument } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { cellCoder, type Codes, missingCodes, numberCoder } from "./code-cell.js";
import { tidy } from "./fit-related.js";
import type { CombinedColumn, FittedTable, InsideColumn } from "./fitted.js";
import { isInside } from "./fitted.js";
import { aFittedTable, ownColumns, startsOf } from "./model-columns.js";
import { readingOfColumn } from "./reading.js";
import { textTableOf, type TableRecord } from "./records.js";
import type { TableColumn } from "./schema.js";
import type { TextColumn, TextTable } from "./texts.js";

/** Writes a column's numbers of some rows into `out`, `stride` numbers a row. */
type Writer = (table: TextTable, out: Float32Array, stride: number) => void;

const textAt = (column: TextColumn | undefined, row: number): string =>
  column?.texts[column.codes[row] ?? -1] ?? "";

/** Encodes tables, as a whole or in chunks; texts that repeat are coded once. */
export class TableEncoder {
  /** Numbers a row. */
  readonly size: number;
  private readonly writers: readonly Writer[];

  constructor(
    readonly fitted: FittedTable,
    private readonly place: string,
  ) {
    const { starts, size } = startsOf(fitted);
    this.size = size;
    this.writers = fitted.columns.flatMap((column, i) => {
      const described = fitted.schema.columns[i];
      if (!isInside(column) || described === undefined) return [];
      return [this.writer(column, described, starts[i] ?? 0)];
    });
  }

  /** The numbers of some rows, into `out` from its beginning. Throws a UserError for a cell that can't be read. */
  encode(table: TextTable, out: Float32Array): void {
    for (const write of this.writers) write(table, out, this.size);
  }

  private unreadable({ name, kind }: TableColumn, text: string, row: number): UserError {
    return new UserError(
      `${this.place}: row ${row + 1} has ${JSON.stringify(text.slice(0, 60))} in the column "${name}", which is of kind ` +
        `${kind}: correct it, or list it under "missing" in the schema`,
    );
  }

  private writer(column: InsideColumn, described: TableColumn, start: number): Writer {
    if (column.as === "combined") return this.combined(column, start);
    if ("minus" in column && column.minus !== undefined) return this.difference(column, described, start);
    const code = cellCoder(described, column);
    const width = ownColumns(column, start).length;
    const absent = Array<number>(width).fill(Number.NaN);
    let texts: readonly string[] = [];
    let known: Codes[] = [];
    const empty = code("");
    return (table, out, stride) => {
      const own = table.columns[table.names.indexOf(column.name)];
      if (own !== undefined && own.texts !== texts) [texts, known] = [own.texts, []];
      for (let row = 0; row < table.rows; row++) {
        const at = own?.codes[row] ?? -1;
        let codes: Codes = own === undefined ? absent : at < 0 ? empty : known[at];
        if (codes === undefined) {
          const text = texts[at] ?? "";
          codes = code(text);
          if (codes === undefined) throw this.unreadable(described, text, table.first + row);
          known[at] = codes;
        }
        for (let k = 0; k < width; k++) out[row * stride + start + k] = codes[k] as number;
      }
    };
  }

  private difference(
    column: Exclude<InsideColumn, CombinedColumn>,
    described: TableColumn,
    start: number,
  ): Writer {
    const { minus } = column;
    const reading = readingOfColumn(described);
    const other = this.fitted.schema.columns.find(({ name }) => name === minus?.column);
    const otherReading = other && readingOfColumn(other);
    if (minus === undefined || reading === undefined || otherReading === undefined || other === undefined) {
      throw new Error(`"${column.name}" is no difference`);
    }
    const [marks, otherMarks] = [new Set(described.missing ?? []), new Set(other.missing ?? [])];
    const [code, gone] = [numberCoder(column), missingCodes(column)];
    return (table, out, stride) => {
      const own = table.columns[table.names.indexOf(column.name)];
      const below = table.columns[table.names.indexOf(minus.column)];
      for (let row = 0; row < table.rows; row++) {
        const [text, otherText] = [textAt(own, row), textAt(below, row)];
        let codes = gone;
        if (own !== undefined && text !== "" && !marks.has(text)) {
          const value = reading.parse(text);
          if (value === undefined) throw this.unreadable(described, text, table.first + row);
          const none = otherText === "" || otherMarks.has(otherText);
          const base = none ? minus.reference : otherReading.parse(otherText);
          if (base === undefined) throw this.unreadable(other, otherText, table.first + row);
          codes = code(tidy(none ? value - base : Math.max(0, value - base)));
        }
        for (let k = 0; k < codes.length; k++) out[row * stride + start + k] = codes[k] as number;
      }
    };
  }

  private combined({ columns, texts, choices }: CombinedColumn, start: number): Writer {
    const known = new Map(texts.map((own, i) => [JSON.stringify(own), Math.min(i, choices)]));
    const marks = columns.map(
      (name) => new Set(this.fitted.schema.columns.find((column) => column.name === name)?.missing ?? []),
    );
    return (table, out, stride) => {
      const own = columns.map((name) => table.columns[table.names.indexOf(name)]);
      for (let row = 0; row < table.rows; row++) {
        const cells = own.map((column, i) => {
          const text = textAt(column, row);
          return marks[i]?.has(text) === true ? "" : text;
        });
        out[row * stride + start] =
          known.get(JSON.stringify(cells)) ?? (texts.length > choices ? choices : Number.NaN);
      }
    };
  }
}

const someRows = {
  expected: 'a list of rows, such as [{ age: 31, city: "Rome" }]',
  ok: (value: unknown) =>
    Array.isArray(value) &&
    value.every((row) => typeof row === "object" && row !== null && !Array.isArray(row)),
};

/**
 * Rows of a table as a model's numbers, [rows, numbers of `modelColumns`], row after row. What a row lacks, and a category
 * that training rows don't have, is NaN: hidden from the model; a category is the choice for rare ones, if there is one,
 * and of numbers that are choices the nearest. Empty cells, null and undefined are missing values.
 *
 * @throws UserError naming the column and the row (from 1) of a cell that can't be read
 */
export function encodeRows(fitted: FittedTable, rows: readonly TableRecord[]): Float32Array {
  requireArgument("encodeRows", "the fitted table", fitted, aFittedTable);
  requireArgument("encodeRows", "rows", rows, someRows);
  const table = textTableOf(
    rows,
    fitted.schema.columns.map(({ name }) => name),
    fitted.schema.columns,
  );
  const encoder = new TableEncoder(fitted, "the rows");
  const out = new Float32Array(rows.length * encoder.size);
  encoder.encode(table, out);
  return out;
}
