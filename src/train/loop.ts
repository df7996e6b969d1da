import { collapse } from "../evaluate/index.js";
import { type DealtBy, type EngineSplit, Feed, type Portion, settle, type Shuffle } from "../feed/index.js";
import type { ExampleSchema } from "../data/portable.js";
import type { Vae } from "../model/index.js";
import type { Objective } from "../objectives/index.js";
import type { ScheduledPace, UpdateRule } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import { type Tensor, UserError } from "../tensor/index.js";
import { collapseAdvice, divergenceAdvice } from "./advice.js";
import { ChunkSize } from "./chunk.js";
import type { RunControl } from "./control.js";
import { EngineState } from "./engine-state.js";
import type { EpochRecord, Position, TrainEvent } from "./events.js";
import type { Programs } from "./programs.js";
import type { Progress, TrainState } from "./state.js";
import { lossOutput } from "./step.js";
import { figuresOf, reportAt, Tallies, termsOf } from "./tally.js";

/** Where a run saves itself. */
export interface CheckpointSink {
  /** Keeps the state as the one to go on from; `best` says that it is the best so far. */
  save(state: TrainState, best: boolean): Promise<void>;
}

/** Everything a run needs, checked and ready. */
export interface LoopPlan extends UpdateRule {
  readonly engine: Engine;
  readonly model: Vae;
  /** What the numbers of an example are. */
  readonly schema: ExampleSchema;
  readonly objective: Objective;
  readonly pace: ScheduledPace;
  readonly epochs: number;
  readonly seed: number;
  readonly shuffle: Shuffle;
  /** By what labels the training examples are dealt out, if some are to come more often than others. */
  readonly dealt: DealtBy | undefined;
  /** Stop after this many epochs without a better value on the validation split. */
  readonly patience: number | undefined;
  readonly programs: Programs;
  readonly train: EngineSplit;
  readonly monitor: EngineSplit;
  readonly sink: CheckpointSink | undefined;
  /** Seconds between checkpoints inside an epoch. */
  readonly checkpointSeconds: number;
  readonly signal: AbortSignal | undefined;
  /** Lets the run stand still. */
  readonly control: RunControl | undefined;
  /** Told of what happens and, of an epoch, what is kept of it. */
  onEvent(event: TrainEvent, record?: EpochRecord): void | Promise<void>;
}

interface Submitted {
  readonly steps: number;
  readonly batch: number;
  readonly submitted: number;
  readonly results: Promise<Record<string, Tensor>>;
}

/** Where an epoch began in this process; time that the run stood still is taken out. */
interface Began {
  time: number;
  readonly seen: number;
}

const callsUnderWay = 2;
const progressInterval = 100;

/** Before so many steps a posterior may look collapsed that is not: the KL divergence falls first, and rises later. */
const patientSteps = 2000;

/** The training loop over one run. */
export class TrainLoop {
  private progress: Progress;
  private readonly chunk = new ChunkSize();
  private lastCheckpoint = Date.now();
  private savedStep: number;
  private lastProgress = 0;
  private lastDone = 0;
  private rate = 0;
  private readonly stepsPerEpoch: number;
  private readonly feed: Feed;
  private readonly engineState: EngineState;

  constructor(
    private readonly plan: LoopPlan,
    state: TrainState,
  ) {
    this.progress = state.progress;
    this.savedStep = state.progress.step;
    this.engineState = new EngineState(plan.engine, plan.model, plan);
    const { train, seed, engine, programs } = plan;
    this.feed = new Feed(train, programs.batch, seed, plan.shuffle, engine.loops, plan.dealt);
    this.stepsPerEpoch = this.feed.stepsPerEpoch;
  }

  /** Trains to the end, to early stopping or to an abort; answers the last progress. */
  async run(): Promise<Progress> {
    const { plan } = this;
    const giveFree = plan.control?.take();
    try {
      while (!this.progress.finished && !plan.signal?.aborted) await this.epoch();
    } finally {
      giveFree?.();
    }
    if (!this.progress.finished) {
      await this.checkpoint(false);
      await plan.onEvent({ type: "stopped", reason: "interrupted", position: this.position() });
    }
    return this.progress;
  }

  /** Where the run is. */
  position(): Position {
    const { epoch, stepInEpoch, finished } = this.progress;
    const { epochs } = this.plan;
    const { stepsPerEpoch } = this;
    return {
      epoch: finished ? epoch : Math.min(epoch + 1, epochs),
      epochs,
      step: stepInEpoch,
      stepsPerEpoch,
    };
  }

  private async epoch(): Promise<void> {
    const { plan, stepsPerEpoch, feed } = this;
    const began: Began = { time: Date.now(), seen: this.progress.seen };
    const epochStart = this.progress.step - this.progress.stepInEpoch;
    feed.seek(this.progress.epoch, this.progress.stepInEpoch);
    const queue: Submitted[] = [];
    while (feed.more || queue.length > 0) {
      while (queue.length < callsUnderWay && !plan.signal?.aborted && this.mayBegin) {
        const next = queue.reduce((step, call) => step + call.steps, this.progress.step);
        const portion = await feed.take(this.chunk.steps, this.stepsAllowed(next));
        if (portion === undefined) break;
        plan.control?.spend(this.updatesIn(next, portion.steps));
        queue.push(await this.submit(portion, epochStart));
      }
      const done = queue.shift();
      if (done === undefined && this.mayBegin) return;
      if (done === undefined) {
        await this.standStill(began);
        if (plan.signal?.aborted) return;
        continue;
      }
      plan.programs.prepare();
      await this.account(done, began);
      if (Date.now() - this.lastCheckpoint > plan.checkpointSeconds * 1000) {
        for (const call of queue.splice(0)) await this.account(call, began);
        if (this.progress.stepInEpoch < stepsPerEpoch) await this.checkpoint(false);
      }
    }
    const examplesPerSecond = (this.progress.seen - began.seen) / secondsSince(began.time);
    // The next epoch's first examples are read while this one is evaluated.
    if (this.progress.epoch + 1 < plan.epochs) feed.seek(this.progress.epoch + 1, 0);
    await this.finishEpoch(examplesPerSecond);
  }

  /** Whether further steps may be begun. */
  private get mayBegin(): boolean {
    return (this.plan.control?.allowance ?? Infinity) > 0;
  }

  /** How many steps from one on, counted since the start of the run, may be begun: to the end of the last update allowed. */
  private stepsAllowed(from: number): number {
    const updates = this.plan.control?.allowance ?? Infinity;
    if (updates === Infinity) return Infinity;
    let left = Math.min(updates, this.chunk.steps);
    let steps = 0;
    while (left > 0) if (this.plan.pace.endsAt(from + steps++)) left--;
    return steps;
  }

  private updatesIn(from: number, steps: number): number {
    let updates = 0;
    for (let i = 0; i < steps; i++) if (this.plan.pace.endsAt(from + i)) updates++;
    return updates;
  }

  /** Waits, with nothing under way, until the run may go on or is aborted. */
  private async standStill(began: Began): Promise<void> {
    const { control, signal, onEvent } = this.plan;
    const since = Date.now();
    if (this.progress.step !== this.savedStep) await this.checkpoint(false);
    await onEvent(this.progressEvent());
    await control?.wait(signal);
    began.time += Date.now() - since;
  }

  private async submit(portion: Portion, epochStart: number): Promise<Submitted> {
    const { seed, train, programs } = this.plan;
    const { first, steps, batch, indices } = portion;
    const stepper = await programs.stepper(batch);
    const place = { seed, stride: programs.batch, examples: portion };
    const results = stepper
      .run(indices, steps, epochStart + first, place)
      .then((found) => settle(train, found));
    results.catch(() => undefined);
    return { steps, batch, submitted: Date.now(), results };
  }

  private async account(call: Submitted, began: Began): Promise<void> {
    const waitedFrom = Date.now();
    const results = await call.results;
    this.chunk.took(call.steps, Date.now() - Math.max(call.submitted, this.lastDone));
    this.lastDone = Date.now();
    const { pace, skipNonFinite } = this.plan;
    const sums: Record<string, number> = { ...this.progress.sums };
    const tallies = new Tallies(this.progress, skipNonFinite);
    const terms = termsOf(results);
    for (let i = 0; i < call.steps; i++) {
      const step = this.progress.step + i;
      const report = reportAt(results, i);
      tallies.add(report, pace.endsAt(step), call.batch, step + 1);
      if (report.unsound) continue;
      for (const [name, { data }] of terms) {
        const value = Number(data[i]);
        if (!Number.isFinite(value)) throw this.notFinite(name, value, step + 1);
        if (name !== lossOutput) sums[name] = (sums[name] ?? 0) + value * call.batch;
      }
      const { norm = 0, skipped } = report;
      if (pace.endsAt(step) && !skipped && !Number.isFinite(norm))
        throw this.notFinite("gradientNorm", norm, step + 1);
    }
    this.progress = {
      ...this.progress,
      ...tallies.kept,
      sums,
      seen: this.progress.seen + call.steps * call.batch,
      step: this.progress.step + call.steps,
      stepInEpoch: this.progress.stepInEpoch + call.steps,
    };
    this.rate = (this.progress.seen - began.seen) / secondsSince(began.time);
    if (
      waitedFrom - this.lastProgress >= progressInterval ||
      this.progress.stepInEpoch === this.stepsPerEpoch
    ) {
      this.lastProgress = waitedFrom;
      await this.plan.onEvent(this.progressEvent());
    }
  }

  private progressEvent(): TrainEvent {
    const { epochs, train } = this.plan;
    const left = (epochs - this.progress.epoch) * train.length - this.progress.seen;
    return {
      type: "progress",
      position: this.position(),
      terms: this.averages(),
      examplesPerSecond: this.rate,
      secondsLeft: left / this.rate,
    };
  }

  private averages(): Record<string, number> {
    const { sums, seen, tally } = this.progress;
    const counted = seen - (tally?.unsound ?? 0);
    return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / counted]));
  }

  private async finishEpoch(examplesPerSecond: number): Promise<void> {
    const { plan } = this;
    const evaluation = await plan.programs.evaluator.evaluate(plan.monitor);
    const { reconstruction, negativeElbo } = evaluation;
    const [measured, value] =
      negativeElbo === null
        ? (["reconstruction", reconstruction] as const)
        : (["negativeElbo", negativeElbo] as const);
    if (!Number.isFinite(value)) {
      throw this.notFinite(measured, value, this.progress.step);
    }
    const epoch = this.progress.epoch + 1;
    const record: EpochRecord = {
      epoch,
      step: this.progress.step,
      train: this.averages(),
      ...figuresOf(this.progress, plan),
      ...(plan.pace.changes && { lr: plan.pace.rateAt(this.progress.step - 1) }),
      evaluation,
    };
    const loss = monitored(evaluation);
    plan.pace.watch(loss);
    const { watched } = plan.pace;
    const { best, skipped, step } = this.progress;
    const improved = best === undefined || loss < best.value;
    const nowBest = improved ? { value: loss, epoch } : best;
    const patienceOver = plan.patience !== undefined && epoch - nowBest.epoch >= plan.patience;
    this.progress = {
      epoch,
      stepInEpoch: 0,
      step,
      sums: {},
      seen: 0,
      history: [...this.progress.history, record],
      best: nowBest,
      finished: epoch >= plan.epochs || patienceOver,
      ...(skipped && { skipped }),
      ...(watched && { watched }),
    };
    await plan.onEvent({ type: "epoch", ...record, examplesPerSecond }, record);
    await this.checkpoint(improved);
    const collapsed = collapse(evaluation);
    if (collapsed !== undefined && (this.progress.finished || this.firstLate(epoch))) {
      const message = collapseAdvice(collapsed, plan.objective.name, plan.model);
      await plan.onEvent({ type: "warning", message });
    }
    if (patienceOver && epoch < plan.epochs) {
      await plan.onEvent({ type: "stopped", reason: "early stopping", position: this.position() });
    }
  }

  private notFinite(term: string, value: number, step: number): UserError {
    return new UserError(
      `training stopped: ${term} became ${value} at step ${step} (epoch ${this.progress.epoch + 1}). ` +
        divergenceAdvice(this.plan.schema, this.plan.model.likelihood),
    );
  }

  /** Whether this is the first epoch after which a model that has learned nothing yet will hardly learn by itself. */
  private firstLate(epoch: number): boolean {
    const late = (epochs: number): boolean => epochs * this.stepsPerEpoch >= patientSteps;
    return late(epoch) && !late(epoch - 1);
  }

  private async checkpoint(best: boolean): Promise<void> {
    this.lastCheckpoint = Date.now();
    this.savedStep = this.progress.step;
    if (this.plan.sink === undefined) return;
    const tensors = await this.engineState.take();
    await this.plan.sink.save({ progress: this.progress, tensors }, best);
    await this.plan.onEvent({ type: "checkpoint", step: this.progress.step });
  }
}

/** The measure that decides which checkpoint is best: the objective's loss on the validation split. */
function monitored({ terms, reconstruction }: EpochRecord["evaluation"]): number {
  return Object.values(terms)[0] ?? reconstruction;
}

function secondsSince(time: number): number {
  return Math.max(1e-3, (Date.now() - time) / 1000);
}
