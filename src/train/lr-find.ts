import type { Dataset } from "../data/portable.js";
import { dealtBy, enterSplit, Feed, labelsFor, leaveSplit, settle } from "../feed/index.js";
import type { Vae } from "../model/index.js";
import { requireLeastBatch } from "../objectives/index.js";
import { learningRate, type Schedule, ScheduledPace, type UpdateRule } from "../optim/index.js";
import type { Engine } from "../runtime/index.js";
import { UserError } from "../tensor/index.js";
import { EngineState } from "./engine-state.js";
import { prepareExamples } from "./examples.js";
import { initialState } from "./state.js";
import { lossOutput } from "./step.js";
import { Stepper } from "./stepper.js";
import { settled, type TrainSettings } from "./training.js";

/** From which learning rate to which, in how many updates. */
export interface RateRange {
  readonly from: number;
  readonly to: number;
  readonly updates: number;
}

/** One update of a range test. */
export interface RatePoint {
  readonly lr: number;
  /** The loss of the update's examples before it, nats per example. */
  readonly loss: number;
  /** The same smoothed along the test, without a lag. */
  readonly smoothed: number;
}

/** What a range test found. */
export interface RateFinding {
  readonly points: readonly RatePoint[];
  /** Where the smoothed loss falls fastest; undefined if it never falls. */
  readonly suggestion: number | undefined;
  /** Where it is lowest. */
  readonly lowest: number | undefined;
  /** Whether the loss ran away before the range was through. */
  readonly diverged: boolean;
}

const stepsPerCall = 8;
/** The weight of what came before in smoothing. */
const inertia = 0.75;
/** Updates before which nothing is judged. */
const settling = 5;

/** The exponential mean of values told one after the other, corrected for its start at 0 as Adam's are. */
class Followed {
  private sum = 0;
  private weight = 0;
  /** The lowest mean so far. */
  least = Infinity;

  next(value: number): number {
    this.sum = inertia * this.sum + (1 - inertia) * value;
    this.weight = inertia * this.weight + (1 - inertia);
    const mean = this.sum / this.weight;
    this.least = Math.min(this.least, mean);
    return mean;
  }
}

function followed(values: readonly number[]): number[] {
  const mean = new Followed();
  return values.map((value) => mean.next(value));
}

/**
 * The mean of the values before and after each, the nearer the more: smooth, without a lag. Values count as at most as far
 * above the first as the least is below, so that a loss that runs away does not lift what came before.
 */
export function smoothed(values: readonly number[]): number[] {
  const [first = 0] = values;
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const limited = values.map((value) => Math.min(value, 2 * first - least));
  const [ahead, back] = [followed(limited), followed([...limited].reverse()).reverse()];
  return values.map((_, i) => ((ahead[i] ?? 0) + (back[i] ?? 0)) / 2);
}

/** The learning rates of a finding: where the smoothed loss falls fastest by the logarithm of the rate, and its lowest. */
export function suggested(points: readonly RatePoint[]): Pick<RateFinding, "suggestion" | "lowest"> {
  const inner = points.slice(settling);
  const low = inner.reduce<RatePoint | undefined>(
    (best, point) => (best === undefined || point.smoothed < best.smoothed ? point : best),
    undefined,
  );
  let [steepest, suggestion]: [number, number | undefined] = [0, undefined];
  for (let i = settling; i < points.length - 1; i++) {
    const [before, point, after] = [points[i - 1], points[i], points[i + 1]] as [
      RatePoint,
      RatePoint,
      RatePoint,
    ];
    if (low !== undefined && point.lr >= low.lr) break;
    const slope = (after.smoothed - before.smoothed) / Math.log(after.lr / before.lr);
    if (slope < steepest) [steepest, suggestion] = [slope, point.lr];
  }
  return { suggestion, lowest: low?.lr };
}

/** Learning rates that grow by the same factor from update to update. */
function growing({ from, to, updates }: RateRange, lr: number): Schedule {
  return {
    name: "range",
    config: {},
    factorAt: (update) => (from / lr) * (to / from) ** (update / Math.max(1, updates - 1)),
  };
}

/** Whether a loss has run away from the least so far: that times 4, where it is above 0. */
const ranAway = (value: number, least: number): boolean => value > least + 3 * Math.abs(least);

/**
 * The learning-rate range test (Smith, 2017): trains from fresh weights while the learning rate grows by the same factor at
 * each update, until the loss runs away. Throws a UserError if the optimiser has no learning rate, and as training does for
 * data that don't fit the model.
 */
export async function findRate(
  engine: Engine,
  model: Vae,
  dataset: Dataset,
  told: TrainSettings,
  range: RateRange,
): Promise<RateFinding> {
  const { optimizer, accumulate = 1, seed, shuffle } = told;
  const lr = learningRate(optimizer);
  if (lr === undefined)
    throw new UserError(`the optimiser ${optimizer.name} has no learning rate to find`, 2);
  const settings = settled(told, dataset);
  const { data, schema } = await prepareExamples(model, dataset, settings);
  requireLeastBatch(settings.objective, settings.batchSize, data.train.length);
  const batch = Math.min(settings.batchSize, data.train.length);
  // Whole batches only: a smaller one would tell of other examples.
  const examples = Math.floor(data.train.length / batch) * batch;
  const pace = new ScheduledPace({
    schedule: growing(range, lr),
    lr,
    epochs: 1,
    accumulate,
    examples,
    batch,
  });
  const rule: UpdateRule = { ...settings, ema: undefined, skipNonFinite: undefined };
  const dealt = dealtBy(settings.balance, data.train.labels);
  const split = await enterSplit(engine, "train", data.train, "data:train", labelsFor(model));
  const feed = new Feed(split, batch, seed, shuffle, engine.loops, dealt);
  const stepper = await Stepper.open(engine, model, {
    ...rule,
    objective: settings.objective,
    binarize: settings.binarize,
    augment: settings.augment,
    schema,
    stored: data.train.examples.dtype,
    batch,
    datasetSize: data.train.length,
    pace,
  });
  const losses: number[] = [];
  const trend = new Followed();
  let diverged = false;
  try {
    await new EngineState(engine, model, rule).put(initialState(model, rule, seed).tensors);
    let [step, epoch, gathered] = [0, 0, 0];
    feed.seek(epoch, 0);
    while (losses.length < range.updates && !diverged) {
      const portion = feed.more ? await feed.take(stepsPerCall) : undefined;
      if (portion === undefined || portion.batch !== batch) {
        feed.seek(++epoch, 0);
        continue;
      }
      const place = { seed, stride: batch, examples: portion };
      const results = settle(split, await stepper.run(portion.indices, portion.steps, step, place));
      const { data: found } = results[lossOutput] as (typeof results)[string];
      for (let i = 0; i < portion.steps && losses.length < range.updates && !diverged; i++, step++) {
        gathered += Number(found[i]) * pace.shareAt(step);
        if (!pace.endsAt(step)) continue;
        diverged = !Number.isFinite(gathered);
        if (diverged) break;
        losses.push(gathered);
        const mean = trend.next(gathered);
        diverged = losses.length > settling && ranAway(mean, trend.least);
        gathered = 0;
      }
    }
  } finally {
    await stepper.close();
    await leaveSplit(split);
  }
  const smooth = smoothed(losses);
  const points = losses.map((loss, i) => {
    const { from, to, updates } = range;
    return { lr: from * (to / from) ** (i / Math.max(1, updates - 1)), loss, smoothed: smooth[i] ?? loss };
  });
  return { points, diverged, ...suggested(points) };
}
