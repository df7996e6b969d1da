import type { TrainingFacts } from "./fit.js";
import { lateTexts } from "./late.js";
import type { TableColumn } from "./schema.js";
import { ColumnCounter, RowSample } from "./summary.js";
import type { TextTable } from "./texts.js";

/** Counts the training rows of a table, chunk by chunk. */
export class FactsBuilder {
  private readonly counters: readonly ColumnCounter[];
  private readonly sample: RowSample;
  private rows = 0;

  /** `known`: columns that are described already. */
  constructor(
    private readonly place: string,
    names: readonly string[],
    comma: boolean,
    known: readonly TableColumn[] = [],
  ) {
    this.counters = names.map((name) => {
      const told = known.find((column) => column.name === name);
      return new ColumnCounter(name, (summary) => lateTexts(summary, comma, told));
    });
    this.sample = new RowSample(names);
  }

  /** Adds rows; `wanted` says which of them, default all. */
  add(table: TextTable, wanted?: Uint8Array): void {
    for (const [i, counter] of this.counters.entries()) {
      const column = table.columns[i];
      if (column !== undefined) counter.add(column, table.first, wanted);
    }
    this.sample.add(table, wanted);
    this.rows += wanted === undefined ? table.rows : wanted.reduce((all, one) => all + one, 0);
  }

  facts(): TrainingFacts {
    const { place, rows, counters: summaries, sample } = this;
    return { place, rows, summaries, sample };
  }
}

/** The facts of some columns by name, in that order. Throws an Error for one that is not there. */
export function factsOfColumns(facts: TrainingFacts, names: readonly string[]): TrainingFacts {
  const places = names.map((name) => facts.summaries.findIndex((summary) => summary.name === name));
  return {
    ...facts,
    summaries: places.map((place) => {
      const summary = facts.summaries[place];
      if (summary === undefined) throw new Error("a column is not there");
      return summary;
    }),
    sample: facts.sample.of(places),
  };
}
