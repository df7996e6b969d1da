import { be, requireArgument, requireOptions } from "../../catalogue/index.js";
import { RandomStream, UserError } from "../../tensor/index.js";
import { type CombinedColumn, type Counted, type FittedTable, type InsideColumn } from "./fitted.js";
import { keyMaker } from "./keys.js";
import { aFittedTable, gateSize, startsOf } from "./model-columns.js";
import { type CellReading, readingOfColumn } from "./reading.js";
import type { TableValue } from "./records.js";
import type { TableColumn } from "./schema.js";
import { numberOf } from "./scores.js";

/** Options of `decodeRows`. */
export interface DecodeRowsOptions {
  /** Draws what the model doesn't say: which of the rare categories, how a missing value is written, new keys. Default 0. */
  readonly seed?: number | bigint;
  /** The number of the first row among all that are generated, so that chunks are as the whole. Default 0. */
  readonly first?: number;
}

/** Rows of a table as a model's numbers say. */
export interface DecodedRows {
  /** The columns' names, in the table's order. */
  readonly names: readonly string[];
  /** Cells as text in the table's own format, row by row; what is missing is as the file wrote it. */
  readonly cells: readonly (readonly string[])[];
  /** The same as values: numbers, true and false, text (dates too), null for what is missing. */
  readonly values: readonly (readonly TableValue[])[];
}

/** A text or a number of one cell, before it is written; null for what is missing. */
type Cell = string | number | null;

function requireChoice(value: number, size: number, name: string, row: number): number {
  if (Number.isInteger(value) && value >= 0 && value < size) return value;
  throw new UserError(
    `decodeRows: row ${row + 1} has ${value} for the column "${name}", where a choice from 0 to ${size - 1} must be`,
  );
}

/** Draws from counted texts, by their frequency, with a uniform number. */
function drawer({ texts, counts }: Counted): (uniform: number) => string {
  const ends: number[] = [];
  counts.reduce((sum, count) => (ends.push(sum + count), sum + count), 0);
  const total = ends.at(-1) ?? 0;
  return (uniform) => {
    let [low, high] = [0, ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) <= uniform * total) low = middle + 1;
      else high = middle;
    }
    return texts[low] ?? "";
  };
}

/** What a column's numbers say; `uniform` is drawn where something is. */
type CellDecoder = (numbers: ArrayLike<number>, at: number, row: number, uniform: () => number) => Cell;

function inverse(column: Exclude<InsideColumn, { as: "choices" | "combined" }>): (coded: number) => number {
  const { range, step } = column;
  const [least, greatest] = range;
  const stepped = (value: number): number =>
    step === undefined ? value : Number((Math.round(value / step) * step).toPrecision(15));
  const inside = (value: number): number => Math.min(greatest, Math.max(least, stepped(value)));
  switch (column.as) {
    case "scores":
      return (coded) => stepped(numberOf(column.knots, coded));
    case "standard":
      return (coded) =>
        inside(
          column.log ? Math.exp(coded * column.scale + column.mean) : coded * column.scale + column.mean,
        );
    case "count":
      return (coded) => inside(Math.round(coded));
    case "angle":
      return (coded) => {
        const turn = (coded + Math.PI) / (2 * Math.PI);
        return column.from + (turn - Math.floor(turn)) * column.period;
      };
  }
}

function cellDecoder(column: Exclude<InsideColumn, CombinedColumn>): CellDecoder {
  const { name } = column;
  if (column.as === "choices") {
    const { texts, rare, missing, values, minus } = column;
    const size = texts.length + (rare === undefined ? 0 : 1) + (missing === undefined ? 0 : 1);
    const draw = rare && drawer(rare);
    return (numbers, at, row, uniform) => {
      const choice = requireChoice(numbers[at] as number, size, name, row);
      if (choice < texts.length) return (minus === undefined ? texts[choice] : values?.[choice]) ?? "";
      return draw !== undefined && choice === texts.length ? draw(uniform()) : null;
    };
  }
  const size = gateSize(column);
  const back = inverse(column);
  const value = (coded: number, row: number): number => {
    if (Number.isFinite(coded)) return back(coded);
    throw new UserError(
      `decodeRows: row ${row + 1} has ${coded} for the column "${name}", where a number must be`,
    );
  };
  if (size === 0) return (numbers, at, row) => value(numbers[at] as number, row);
  const atoms = column.atoms?.values ?? [];
  return (numbers, at, row) => {
    const choice = requireChoice(numbers[at] as number, size, name, row);
    return choice === 0 ? value(numbers[at + 1] as number, row) : (atoms[choice - 1] ?? null);
  };
}

/** Keeps numbers inside what the schema allows, and writes them; the text of a choice stays unless it lies outside. */
function writer({ kind, range }: TableColumn, reading: CellReading): (cell: string | number) => string {
  const [least, greatest] = range ?? [-Infinity, Infinity];
  const round = kind === "angle";
  const allows = (value: number): boolean => round || (value >= least && value <= greatest);
  return (cell) => {
    const value = typeof cell === "number" ? cell : range && reading.parse(cell);
    if (value === undefined || (typeof cell === "string" && allows(value))) return String(cell);
    const text = reading.format(round ? value : Math.min(greatest, Math.max(least, value)));
    // an angle that rounds up to where it began
    if (round && reading.parse(text) === greatest) return reading.format(least);
    return text;
  };
}

/** The least number that can be written and is not below `least`. */
function atLeast(value: number, least: number, reading: CellReading, step: number): number {
  const rounded = reading.round(value);
  return rounded >= least ? rounded : reading.round(rounded + step);
}

/** A cell's text as a value, null for what is missing. */
export function valueOf(text: string, column: TableColumn, reading: CellReading | undefined): TableValue {
  if (text === "" || column.missing?.includes(text) === true) return null;
  if (column.kind === "boolean") return /^(true|t|yes|y|1|on)$/i.test(text.trim());
  if (reading === undefined || ["date", "datetime", "time"].includes(column.kind)) return text;
  return reading.parse(text) ?? text;
}

/** Makes rows of a model's numbers, as a whole or in chunks. */
export class TableDecoder {
  readonly names: readonly string[];
  private readonly steps: readonly ((
    row: Cell[],
    numbers: ArrayLike<number>,
    start: number,
    index: number,
  ) => void)[];
  private readonly readings: readonly (CellReading | undefined)[];
  private readonly blank: readonly ((uniform: number) => string)[];
  private readonly streams: readonly RandomStream[];
  private readonly uniform = new Float64Array(1);
  readonly size: number;

  constructor(
    private readonly fitted: FittedTable,
    private readonly seed: number | bigint,
  ) {
    const { columns, schema } = fitted;
    this.names = schema.columns.map(({ name }) => name);
    this.readings = schema.columns.map(readingOfColumn);
    this.streams = this.names.map((name) => new RandomStream(seed, "table", name));
    this.blank = columns.map((column, i) => {
      const own = "missing" in column ? column.missing : undefined;
      return drawer(own ?? { texts: [schema.columns[i]?.missing?.[0] ?? ""], counts: [1] });
    });
    const { starts, size } = startsOf(fitted);
    this.size = size;
    const order = (i: number): number => {
      const column = columns[i];
      if (column === undefined) return 0;
      return column.as === "sum" || column.as === "determined"
        ? 2
        : "minus" in column && column.minus !== undefined
          ? 1
          : 0;
    };
    const places = columns.map((_, i) => i).sort((a, b) => order(a) - order(b));
    this.steps = places.map((i) => this.step(i, starts[i] ?? -1));
  }

  private draw(column: number, index: number): number {
    this.streams[column]?.uniform(this.uniform, index);
    return this.uniform[0] ?? 0;
  }

  private placeOf(name: string): number {
    return this.names.indexOf(name);
  }

  private numberAt(row: readonly Cell[], place: number): number | undefined {
    const cell = row[place];
    return typeof cell === "string" ? this.readings[place]?.parse(cell) : (cell ?? undefined);
  }

  /** What fills a place of a row. */
  private step(
    i: number,
    start: number,
  ): (row: Cell[], numbers: ArrayLike<number>, at: number, index: number) => void {
    const column = this.fitted.columns[i];
    const described = this.fitted.schema.columns[i];
    if (column === undefined || described === undefined) throw new Error(`no column ${i}`);
    switch (column.as) {
      case "same":
        return (row) => {
          row[i] = column.text;
        };
      case "key": {
        const make = keyMaker(column, this.seed);
        return (row, _, __, index) => {
          row[i] = make(index);
        };
      }
      case "part":
        return () => undefined;
      case "combined": {
        const { texts, choices, counts } = column;
        const places = column.columns.map((name) => this.placeOf(name));
        const size = choices + (texts.length > choices ? 1 : 0);
        const rare = drawer({
          texts: texts.slice(choices).map((_, k) => String(choices + k)),
          counts: counts.slice(choices),
        });
        return (row, numbers, at, index) => {
          const choice = requireChoice(numbers[at + start] as number, size, column.name, index);
          const own = texts[choice < choices ? choice : Number(rare(this.draw(i, index)))] ?? [];
          for (const [k, place] of places.entries()) row[place] = own[k] || null;
        };
      }
      case "determined": {
        const by = this.placeOf(column.by);
        const map = new Map(column.keys.map((key, k) => [key, column.texts[k] ?? ""]));
        return (row) => {
          row[i] = map.get(String(row[by] ?? "")) || null;
        };
      }
      case "sum": {
        const places = column.of.map((name) => this.placeOf(name));
        return (row) => {
          const parts = places.map((place) => {
            const value = this.numberAt(row, place);
            return value === undefined ? undefined : (this.readings[place]?.round(value) ?? value);
          });
          const known = parts.filter((part) => part !== undefined);
          row[i] = known.length < parts.length ? null : known.reduce((all, part) => all + part, 0);
        };
      }
      default:
        return this.inside(i, column, described, start);
    }
  }

  private inside(
    i: number,
    column: Exclude<InsideColumn, CombinedColumn>,
    described: TableColumn,
    start: number,
  ) {
    const decode = cellDecoder(column);
    const { minus } = column;
    const below = minus === undefined ? -1 : this.placeOf(minus.column);
    const reading = this.readings[i];
    const step = ["date", "datetime", "time"].includes(described.kind) ? 1 : 10 ** -(described.decimals ?? 9);
    return (row: Cell[], numbers: ArrayLike<number>, at: number, index: number): void => {
      const cell = decode(numbers, at + start, index, () => this.draw(i, index));
      if (minus === undefined || typeof cell !== "number" || reading === undefined) {
        row[i] = cell;
        return;
      }
      const other = this.numberAt(row, below);
      const least = other === undefined ? undefined : (this.readings[below]?.round(other) ?? other);
      row[i] =
        least === undefined
          ? minus.reference + cell
          : atLeast(least + Math.max(0, cell), least, reading, step);
    };
  }

  /** Rows of numbers; `first` is the number of the first among all. */
  decode(numbers: ArrayLike<number>, first: number): DecodedRows {
    const { columns, schema } = this.fitted;
    const free = new Set(
      schema.constraints.flatMap((one) =>
        one.type === "together" ? [] : one.type === "sum" ? [one.is] : [one.a],
      ),
    );
    const writers = schema.columns.map((column, i) => {
      const reading = this.readings[i];
      // what a constraint says goes before a range
      const unbound = { ...column };
      delete unbound.range;
      return reading && writer(free.has(column.name) ? unbound : column, reading);
    });
    const cells: string[][] = [];
    const values: TableValue[][] = [];
    for (let at = 0; at < numbers.length; at += this.size) {
      const index = first + cells.length;
      const row: Cell[] = columns.map(() => null);
      for (const step of this.steps) step(row, numbers, at, index);
      const texts = row.map((cell, i) => {
        if (cell === null) return this.blank[i]?.(this.draw(i, index)) ?? "";
        return writers[i]?.(cell) ?? String(cell);
      });
      cells.push(texts);
      values.push(
        texts.map((text, i) => {
          const column = schema.columns[i];
          return column === undefined ? text : valueOf(text, column, this.readings[i]);
        }),
      );
    }
    return { names: this.names, cells, values };
  }
}

const someNumbers = {
  expected: "numbers, such as a Float32Array",
  ok: (value: unknown) => ArrayBuffer.isView(value) || Array.isArray(value),
};

/**
 * Rows of a table from a model's numbers, [rows, numbers of `modelColumns`]: rounded, in range, dated and with missing values
 * as the table writes them; constraints hold, keys are new.
 *
 * @throws UserError if a number of a choice is none, or NaN stands where a value must be; or if the numbers make no whole rows
 */
export function decodeRows(
  fitted: FittedTable,
  numbers: ArrayLike<number>,
  options: DecodeRowsOptions = {},
): DecodedRows {
  requireArgument("decodeRows", "the fitted table", fitted, aFittedTable);
  requireArgument("decodeRows", "the numbers", numbers, someNumbers);
  requireOptions("decodeRows", options, { seed: be.seed, first: be.whole(0) });
  const { seed = 0, first = 0 } = options;
  const decoder = new TableDecoder(fitted, seed);
  if (numbers.length % decoder.size !== 0) {
    throw new UserError(
      `decodeRows: rows have ${decoder.size} numbers, which ${numbers.length} are no multiple of`,
      2,
    );
  }
  return decoder.decode(numbers, first);
}
