import type { Binarization } from "../data/portable.js";
import { Evaluator } from "../evaluate/index.js";
import type { Vae } from "../model/index.js";
import type { Objective } from "../objectives/index.js";
import type { Optimizer } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import { Stepper } from "./stepper.js";

/** What the programs of a run are built from. */
export interface ProgramsPlan {
  readonly engine: Engine;
  readonly model: Vae;
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly seed: number;
  readonly stored: "uint8" | "float32";
  readonly binarize: Binarization;
  /** The number of training examples. */
  readonly datasetSize: number;
}

/**
 * The programs of a training run: steps of full batches, which are open from the start, and those that are needed at
 * the end of an epoch, the step of its smaller last batch and the evaluation. `prepare` opens these while the first
 * steps are under way.
 */
export class Programs {
  private lastOpening: Promise<Stepper> | undefined;
  private evaluatorOpening: Promise<Evaluator> | undefined;

  private constructor(
    private readonly plan: ProgramsPlan,
    private readonly full: Stepper,
  ) {}

  /** Builds the step of full batches at once, and opens it in the engine when that has done what it was asked before. */
  static async open(plan: ProgramsPlan): Promise<Programs> {
    const batch = Math.min(plan.batchSize, plan.datasetSize);
    return new Programs(plan, await Stepper.open(plan.engine, plan.model, { ...plan, batch }));
  }

  /** Examples of a full batch. */
  get batch(): number {
    return this.full.batch;
  }

  /** Begins to open what is missing; what goes wrong is thrown to who asks for it. */
  prepare(): void {
    if (this.rest > 0) this.last().catch(() => undefined);
    this.evaluator().catch(() => undefined);
  }

  /** The step of batches of so many examples: of the full ones, or of the last. */
  async stepper(batch: number): Promise<Stepper> {
    return batch === this.full.batch ? this.full : this.last();
  }

  /** The evaluation of the monitored split. */
  evaluator(): Promise<Evaluator> {
    const { engine, model } = this.plan;
    this.evaluatorOpening ??= Evaluator.open(engine, model, {
      objective: this.plan.objective,
      stored: this.plan.stored,
      binarize: this.plan.binarize,
      seed: this.plan.seed,
      datasetSize: this.plan.datasetSize,
    });
    return this.evaluatorOpening;
  }

  /** Frees all that were opened. What an engine that has failed doesn't free is gone with it. */
  async close(): Promise<void> {
    for (const opening of [this.full, this.lastOpening, this.evaluatorOpening]) {
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
