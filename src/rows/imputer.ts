import {
  type FittedTable,
  isInside,
  ownColumns,
  startsOf,
  TableDecoder,
  TableEncoder,
  type TextTable,
} from "../data/portable.js";
import type { TrainedVae } from "../model/index.js";
import { RandomStream, tensor, UserError } from "../tensor/index.js";
import type { CellColumn } from "./cells.js";
import type { Settled } from "./group.js";
import { groupsOf } from "./groups.js";
import { fitMask, type MaskSlope, resampled, type WeighedColumn, weighedColumns } from "./self-masking.js";

/** A cell that was missing and is filled. */
export interface FilledText {
  /** The row in the whole table, from 0. */
  readonly row: number;
  readonly column: CellColumn;
  /** One text for all draws. */
  readonly text: string;
  /** The text of each draw. */
  readonly draws: readonly string[];
}

/** What happened while rows were filled, added up over all. */
export interface FillCounts {
  rows: number;
  /** Rows in which cells were filled. */
  filledRows: number;
  filledCells: number;
  /** Cells that stay empty: beside what is known, training rows never have a value there. */
  emptyCells: number;
  /** Rows where no draw agreed with the known cells, filled by how often training rows have what agrees. */
  noneDrawn: number;
  /** Rows whose known cells go with nothing that could be filled in. */
  contradictions: number;
}

/** Rows of a table as texts and what of them is missing. */
interface Incomplete {
  /** In the chunk. */
  readonly row: number;
  /** By the column's place in the schema, undefined for what is missing. */
  readonly known: readonly (string | undefined)[];
}

function rowsOf(table: TextTable, chosen: readonly Incomplete[]): TextTable {
  const columns = table.columns.map(({ texts, codes }) => ({
    texts,
    codes: Int32Array.from(chosen, ({ row }) => codes[row] ?? -1),
  }));
  return { ...table, rows: chosen.length, columns };
}

/** What can be assumed of why values are missing. */
export const missingModels = ["at-random", "self-masking"] as const;

/** What is assumed of why values are missing. */
export type MissingModel = (typeof missingModels)[number];

/** How an imputer fills cells. */
export interface ImputerOptions {
  readonly draws: number;
  readonly seed: number;
  /** Default `at-random`: that a value is missing tells nothing of it beyond what the known cells tell. */
  readonly missingModel?: MissingModel;
}

/** What was found of a column whose values may be missing because of what they are. */
export interface FoundMask extends MaskSlope {
  readonly column: CellColumn;
  readonly rows: number;
  /** Whether draws are weighed by it: it is not 0 by chance (at a level of 5 %). */
  readonly used: boolean;
}

/** Rows that are completed at a time. */
const blockRows = 1024;
/** So many times the draws are made where they are weighed. */
const candidates = 5;
/** Masks are learned of so many rows at most, with so many draws of each. */
const [maskRows, maskDraws] = [1000, 20];
/** A column with fewer missing, or fewer known, cells among them tells too little. */
const fewest = 10;
/** The 0.95 quantile of chi-square with one degree of freedom. */
const notByChance = 3.84;

/** Fills missing cells of a table, chunk by chunk. */
export class Imputer {
  readonly counts: FillCounts = {
    rows: 0,
    filledRows: 0,
    filledCells: 0,
    emptyCells: 0,
    noneDrawn: 0,
    contradictions: 0,
  };
  /** What was learned of masks, by `learnMasks`. */
  readonly masks: FoundMask[] = [];
  private weighed: readonly (WeighedColumn & MaskSlope)[] | undefined;
  private readonly groups: ReturnType<typeof groupsOf>;
  private readonly encoder: TableEncoder;
  private readonly decoder: TableDecoder;
  /** By place in the schema, where its numbers are; none of columns outside. */
  private readonly numbers: readonly (readonly number[])[];

  constructor(
    private readonly model: TrainedVae,
    private readonly fitted: FittedTable,
    private readonly place: string,
    private readonly options: ImputerOptions,
  ) {
    this.groups = groupsOf(fitted);
    this.encoder = new TableEncoder(fitted, place);
    // keys are the rows' own
    const columns = fitted.columns.map((column) =>
      column.as === "key" ? ({ name: column.name, as: "same", text: "" } as const) : column,
    );
    this.decoder = new TableDecoder({ ...fitted, columns }, options.seed);
    const { starts } = startsOf(fitted);
    this.numbers = fitted.columns.map((column, i) => {
      const start = starts[i] ?? 0;
      return isInside(column) ? ownColumns(column, start).map((_, k) => start + k) : [];
    });
  }

  /** The names of the columns that can be filled. */
  get names(): string[] {
    return this.groups.flatMap(({ columns }) => columns.map(({ name }) => name));
  }

  /** The missing cells of a chunk, filled, row after row. Throws a UserError for a cell that can't be read. */
  async fill(table: TextTable): Promise<FilledText[]> {
    const filled: FilledText[] = [];
    if (this.options.missingModel === "self-masking" && this.weighed === undefined)
      await this.learnMasks(table);
    this.counts.rows += table.rows;
    const block = this.times === 1 ? blockRows : Math.ceil(blockRows / this.times);
    for (let start = 0; start < table.rows; start += block) {
      const found = this.incompleteIn(table, start, Math.min(table.rows, start + block));
      if (found.length > 0) filled.push(...(await this.fillRows(table, found)));
    }
    return filled;
  }

  /** How many draws are made for each that is wanted. */
  private get times(): number {
    return (this.weighed ?? []).length === 0 ? 1 : candidates;
  }

  /** Learns how columns' values go with their being missing, of some rows of a chunk. */
  private async learnMasks(table: TextTable): Promise<void> {
    const count = Math.min(maskRows, table.rows);
    const chosen = Array.from({ length: count }, (_, i) => Math.floor((i * table.rows) / count));
    const rows = chosen.map((row) => ({ row, known: this.knownIn(table, row) }));
    const weighed: (WeighedColumn & MaskSlope)[] = [];
    for (const one of weighedColumns(this.fitted)) {
      const { place } = one.column;
      const missing = Uint8Array.from(rows, ({ known }) => (known[place] === undefined ? 1 : 0));
      const gone = missing.reduce((sum, is) => sum + is, 0);
      if (Math.min(gone, count - gone) < fewest) continue;
      const values = await this.drawnValues(table, rows, one);
      const found = fitMask(missing, values, maskDraws);
      const used = found.gain > notByChance;
      this.masks.push({ ...found, column: one.column, rows: count, used });
      if (used) weighed.push({ ...one, ...found });
    }
    this.weighed = weighed;
  }

  /** What a column's values could be in some rows if they were there, given the other cells, [rows, draws]. */
  private async drawnValues(
    table: TextTable,
    rows: readonly Incomplete[],
    { column, scaled }: WeighedColumn,
  ): Promise<Float64Array> {
    const hidden = rows.map(({ row, known }) => ({
      row,
      known: known.map((text, place) => (place === column.place ? undefined : text)),
    }));
    const values = new Float64Array(rows.length * maskDraws);
    const stream = new RandomStream(this.options.seed, "masks", column.name);
    const x = tensor("float32", [rows.length, this.encoder.size], this.encoded(table, hidden));
    for (let k = 0; k < maskDraws; k++) {
      const own = Number(stream.bits(k) >> 32n);
      const { data } = await this.model.complete(x, { seed: own, present: true });
      const { cells } = this.decoder.decode(data, k * rows.length);
      cells.forEach((row, i) => (values[i * maskDraws + k] = scaled(row[column.place] ?? "") ?? 0));
    }
    return values;
  }

  /** By place in the schema, the texts of a row's fillable cells, undefined for what is missing. */
  private knownIn(table: TextTable, row: number): (string | undefined)[] {
    const { columns } = this.fitted.schema;
    const known = new Array<string | undefined>(columns.length).fill(undefined);
    for (const { place, name, isMissing } of this.groups.flatMap((group) => group.columns)) {
      const own = table.columns[table.names.indexOf(name)];
      const text = own?.texts[own.codes[row] ?? -1] ?? "";
      if (!isMissing(text)) known[place] = text;
    }
    return known;
  }

  private incompleteIn(table: TextTable, start: number, end: number): Incomplete[] {
    const { schema } = this.fitted;
    const own = schema.columns.map(({ name }) => table.columns[table.names.indexOf(name)]);
    const fillable = this.groups.flatMap(({ columns }) => columns);
    const found: Incomplete[] = [];
    for (let row = start; row < end; row++) {
      const texts = (place: number): string => own[place]?.texts[own[place]?.codes[row] ?? -1] ?? "";
      if (!fillable.some(({ place, isMissing }) => isMissing(texts(place)))) continue;
      const known = new Array<string | undefined>(own.length).fill(undefined);
      for (const { place, isMissing } of fillable) if (!isMissing(texts(place))) known[place] = texts(place);
      found.push({ row, known });
    }
    return found;
  }

  /** The model's numbers of incomplete rows, NaN wherever something that is missing has a part in them. */
  private encoded(table: TextTable, found: readonly Incomplete[]): Float32Array {
    const x = new Float32Array(found.length * this.encoder.size);
    try {
      this.encoder.encode(rowsOf(table, found), x);
    } catch (error) {
      // told again with the number that the row has in the table
      for (const one of found) {
        const first = table.first + one.row;
        this.encoder.encode({ ...rowsOf(table, [one]), first }, new Float32Array(this.encoder.size));
      }
      throw error;
    }
    for (const [i, { known }] of found.entries()) {
      const hide = (places: readonly number[]): void => {
        for (const at of places) x[i * this.encoder.size + at] = Number.NaN;
      };
      for (const [place, column] of this.fitted.columns.entries()) {
        const others =
          column.as === "combined"
            ? column.columns
            : "minus" in column && column.minus !== undefined
              ? [column.minus.column]
              : [];
        const needed = [place, ...others.map((name) => this.placeOf(name))];
        if (needed.some((one) => known[one] === undefined)) hide(this.numbers[place] ?? []);
      }
    }
    return x;
  }

  private placeOf(name: string): number {
    return this.fitted.schema.columns.findIndex((column) => column.name === name);
  }

  private async fillRows(table: TextTable, found: readonly Incomplete[]): Promise<FilledText[]> {
    const { draws, seed } = this.options;
    const x = tensor("float32", [found.length, this.encoder.size], this.encoded(table, found));
    // the noise of a row is by its place among those of its block
    const block = table.first + (found[0]?.row ?? 0);
    const stream = new RandomStream(seed, "impute", block);
    const drawn: (readonly (readonly string[])[])[] = [];
    for (let k = 0; k < draws * this.times; k++) {
      const own = Number(stream.bits(k) >> 32n);
      const completed = await this.model.complete(x, { seed: own, present: true });
      drawn.push(this.decoder.decode(completed.data, block * draws + k * found.length).cells);
    }
    return found.flatMap((row, i) => {
      const own = drawn.map((cells) => cells[i] ?? []);
      return this.settled(
        table.first + row.row,
        row.known,
        this.byMask(table.first + row.row, row.known, own),
      );
    });
  }

  /** The draws of a row as they are, or where masks tell something so many of them as their weights say. */
  private byMask(
    row: number,
    known: Incomplete["known"],
    drawn: readonly (readonly string[])[],
  ): readonly (readonly string[])[] {
    const { weighed = [] } = this;
    if (weighed.length === 0) return drawn;
    const { draws, seed } = this.options;
    const telling = weighed.filter(({ column }) => known[column.place] === undefined);
    const weights = Float64Array.from(drawn, (cells) =>
      telling.reduce(
        (sum, { column, scaled, slope }) => sum + slope * (scaled(cells[column.place] ?? "") ?? 0),
        0,
      ),
    );
    const [uniform = 0] = new RandomStream(seed, "self-masking", row).uniform(new Float64Array(1), 0);
    return Array.from(resampled(weights, draws, uniform), (k) => drawn[k] ?? []);
  }

  private settled(
    row: number,
    known: Incomplete["known"],
    drawn: readonly (readonly string[])[],
  ): FilledText[] {
    const { counts } = this;
    const filled: FilledText[] = [];
    const troubles = new Set<Settled["trouble"]>();
    for (const { columns, settle } of this.groups) {
      const cells = columns.map(({ place }) => known[place]);
      if (cells.every((text) => text !== undefined)) continue;
      for (const [i, column] of columns.entries()) this.requireReadable(row, column, cells[i]);
      const { draws, single, trouble } = settle(
        cells,
        drawn.map((draw) => columns.map(({ place }) => draw[place] ?? "")),
      );
      troubles.add(trouble);
      for (const [i, column] of columns.entries()) {
        const text = single[i] ?? "";
        if (cells[i] !== undefined) continue;
        if (column.isMissing(text)) counts.emptyCells++;
        else filled.push({ row, column, text, draws: draws.map((draw) => draw[i] ?? "") });
      }
    }
    counts.filledCells += filled.length;
    if (filled.length > 0) counts.filledRows++;
    if (troubles.has("none-drawn")) counts.noneDrawn++;
    if (troubles.has("contradiction")) counts.contradictions++;
    return filled;
  }

  private requireReadable(
    row: number,
    { name, reading, described }: CellColumn,
    text: string | undefined,
  ): void {
    if (text === undefined || reading === undefined || reading.parse(text) !== undefined) return;
    throw new UserError(
      `${this.place}: row ${row + 1} has ${JSON.stringify(text.slice(0, 60))} in the column "${name}", which is of kind ` +
        `${described.kind}: correct it, or empty the cell to have it filled`,
    );
  }
}
