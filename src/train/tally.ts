import { updateReports } from "../optim/index.js";
import type { Tensor } from "../tensor/index.js";
import { TrainingDiverged } from "./diverged.js";
import type { EpochRecord } from "./events.js";
import type { Progress, Tally } from "./state.js";

/** What a step told of its update. */
export interface UpdateReport {
  /** The norm of the gradients before it was limited, if the rule limits it. */
  readonly norm: number | undefined;
  /** The update was left out. */
  readonly skipped: boolean;
  /** The step's own gradient was not finite: its terms don't count. */
  readonly unsound: boolean;
}

/** Names of outputs that are no terms. */
const reports = new Set<string>(Object.values(updateReports));

/** The terms among a call's results. */
export function termsOf(results: Readonly<Record<string, Tensor>>): [string, Tensor][] {
  return Object.entries(results).filter(([name]) => !reports.has(name));
}

/** What step `i` of a call told of its update. */
export function reportAt(results: Readonly<Record<string, Tensor>>, i: number): UpdateReport {
  const numberAt = (name: string): number | undefined => {
    const value = results[name];
    return value && Number(value.data[i]);
  };
  const skipped = numberAt(updateReports.skipped) === 1;
  const unsound = numberAt(updateReports.unsound);
  return {
    norm: numberAt(updateReports.norm),
    skipped,
    unsound: unsound === undefined ? skipped : unsound === 1,
  };
}

const none: Tally = { updates: 0, norms: 0, skipped: 0, unsound: 0 };

/** Counts updates from where a run stands. */
export class Tallies {
  private tally: Tally;
  private skipped: NonNullable<Progress["skipped"]>;
  private told = false;

  /** `limit` is the number of updates left out in a row that ends the run. */
  constructor(
    { tally = none, skipped = { total: 0, inARow: 0 } }: Progress,
    private readonly limit: number | undefined,
  ) {
    this.tally = tally;
    this.skipped = skipped;
  }

  /**
   * Counts a step of `examples` examples; `ends` says whether it was an update. Throws a UserError if that was the last that
   * may be left out in a row. `step`, from 1, is for the message.
   */
  add({ norm, skipped, unsound }: UpdateReport, ends: boolean, examples: number, step: number): void {
    this.told ||= norm !== undefined || this.limit !== undefined;
    const { tally } = this;
    const done = ends && !skipped;
    this.tally = {
      updates: tally.updates + (done ? 1 : 0),
      norms: tally.norms + (done ? (norm ?? 0) : 0),
      skipped: tally.skipped + (skipped ? 1 : 0),
      unsound: tally.unsound + (unsound ? examples : 0),
    };
    const { total, inARow } = this.skipped;
    if (skipped) this.skipped = { total: total + 1, inARow: inARow + 1 };
    else if (done) this.skipped = { total, inARow: 0 };
    if (this.limit !== undefined && this.skipped.inARow >= this.limit) {
      throw new TrainingDiverged(
        `training stopped: ${this.limit} update${this.limit === 1 ? "" : "s in a row"} had gradients that were not finite, ` +
          `the last at step ${step}. Lower the learning rate (\`lr\`), limit gradients (\`clipNorm\`), or check the data ` +
          "for extreme values.",
      );
    }
  }

  /** What is kept of it; nothing where nothing was told. */
  get kept(): Pick<Progress, "tally" | "skipped"> {
    if (!this.told) return {};
    return { tally: this.tally, ...(this.limit !== undefined && { skipped: this.skipped }) };
  }
}

/** The figures of an epoch's updates, as far as the rule reports them. */
export function figuresOf(
  { tally }: Progress,
  rule: { readonly clipNorm?: number | undefined; readonly skipNonFinite?: number | undefined },
): Pick<EpochRecord, "gradientNorm" | "skipped"> {
  if (tally === undefined) return {};
  const { updates, norms, skipped } = tally;
  return {
    ...(rule.clipNorm !== undefined && updates > 0 && { gradientNorm: norms / updates }),
    ...(rule.skipNonFinite !== undefined && { skipped }),
  };
}
