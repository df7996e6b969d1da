import type { ColumnSummary, SampledRows } from "./summary.js";

/** The training rows as they were counted. */
export interface TrainingFacts {
  readonly place: string;
  readonly rows: number;
  readonly summaries: readonly ColumnSummary[];
  readonly sample: SampledRows;
}
