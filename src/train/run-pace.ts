import { learningRate, type Schedule, ScheduledPace, type UpdateRule } from "../optim/index.js";
import type { Change } from "./events.js";
import type { TrainState } from "./state.js";

/** What of a run's settings its pace follows from. */
interface PacedSettings extends Pick<UpdateRule, "optimizer" | "accumulate"> {
  readonly schedule: Schedule;
  readonly epochs: number;
  readonly batchSize: number;
}

/** The pace of a run that stands at `state`. */
export function paceOf(settings: PacedSettings, examples: number, { progress }: TrainState): ScheduledPace {
  const { schedule, epochs, batchSize, accumulate = 1, optimizer } = settings;
  const lr = learningRate(optimizer) ?? 1;
  const options = { schedule, lr, epochs, accumulate, examples, batch: Math.min(batchSize, examples) };
  return new ScheduledPace(options, schedule.watch && progress.watched);
}

/** The learning rate of a run that goes on for more epochs than it was to have, if its schedule begins higher than it had come. */
export function risenRate(
  settings: PacedSettings,
  epochs: number | undefined,
  examples: number,
  state: TrainState,
): Change | undefined {
  const { step, finished } = state.progress;
  if (epochs === undefined || epochs === settings.epochs || step === 0 || finished) return undefined;
  const before = paceOf({ ...settings, epochs }, examples, state).rateAt(step - 1);
  const now = paceOf(settings, examples, state).rateAt(step);
  // Steps of a rise that the schedule has anyway, such as a warm-up's, are not told.
  const anyway = paceOf({ ...settings, epochs }, examples, state).rateAt(step);
  return now > before && now > anyway ? { name: "learningRate", before, now } : undefined;
}
