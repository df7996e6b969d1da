import type { Binarization, ExampleSchema } from "../data/portable.js";
import { Evaluator } from "../evaluate/index.js";
import type { Vae } from "../model/index.js";
import type { Objective } from "../objectives/index.js";
import type { Pace, UpdateRule } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import { Stepper } from "./stepper.js";

/** What the programs of a run are built from. */
export interface ProgramsPlan extends UpdateRule {
  readonly engine: Engine;
  readonly model: Vae;
  readonly objective: Objective;
  readonly batchSize: number;
  readonly seed: number;
  readonly stored: "uint8" | "float32";
  /** What the numbers of an example are. */
  readonly schema: ExampleSchema;
  readonly binarize: Binarization;
  /** How pictures are changed at random in the steps, not in the evaluation. */
  readonly augment: string | undefined;
  readonly pace: Pace;
  /** Under which names the weights to evaluate lie in the engine, where not under the parameters'. */
  readonly evaluated: Readonly<Record<string, string>>;
  /** The number of training examples. */
  readonly datasetSize: number;
  /** The number of examples that are evaluated after an epoch. */
  readonly monitored: number;
}

/**
 * The programs of a training run: steps of full batches, which are open from the start, and those that are needed at
 * the end of an epoch, the step of its smaller last batch and the evaluation. `prepare` opens these while the first
 * steps are under way.
 */
export class Programs {
  private lastOpening: Promise<Stepper> | undefined;
  private failure: { readonly error: unknown } | undefined;
  private prepared = false;

  private constructor(
    private readonly plan: ProgramsPlan,
    private readonly full: Stepper,
    /** The evaluation of the monitored split. */
    readonly evaluator: Evaluator,
  ) {}

  /**
   * Builds the step of full batches at once, and opens it in the engine when that has done what it was asked before.
   * Throws a UserError if the objective is not defined for the model, or has nothing to be measured by.
   */
  static async open(plan: ProgramsPlan): Promise<Programs> {
    const { engine, model, objective, stored, schema, binarize, seed, datasetSize, evaluated: from } = plan;
    const batch = Math.min(plan.batchSize, datasetSize);
    const full = await Stepper.open(engine, model, { ...plan, batch });
    try {
      const evaluator = { objective, stored, schema, binarize, seed, datasetSize, from };
      return new Programs(plan, full, await Evaluator.open(engine, model, evaluator));
    } catch (error) {
      await full.close();
      throw error;
    }
  }

  /** Examples of a full batch. */
  get batch(): number {
    return this.full.batch;
  }

  /** Begins, the first time, to open what is missing. Throws what went wrong with the last batch's step since. */
  prepare(): void {
    if (this.failure !== undefined) throw this.failure.error;
    if (this.prepared) return;
    this.prepared = true;
    if (this.rest > 0) {
      this.last().catch((error: unknown) => {
        this.failure = { error };
      });
    }
    this.evaluator.prepare(this.plan.monitored);
  }

  /** The step of batches of so many examples: of the full ones, or of the last. Throws if that can't be opened. */
  async stepper(batch: number): Promise<Stepper> {
    return batch === this.full.batch ? this.full : this.last();
  }

  /** Frees all that were opened. What an engine that has failed doesn't free is gone with it. */
  async close(): Promise<void> {
    for (const opening of [this.full, this.lastOpening, this.evaluator]) {
      await Promise.resolve(opening)
        .then((program) => program?.close())
        .catch(() => undefined);
    }
  }

  private get rest(): number {
    return this.plan.datasetSize % this.full.batch;
  }

  private last(): Promise<Stepper> {
    const { engine, model } = this.plan;
    this.lastOpening ??= Stepper.open(engine, model, { ...this.plan, batch: this.rest });
    return this.lastOpening;
  }
}
