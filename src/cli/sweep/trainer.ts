import { countParameters } from "../../nn/index.js";
import { evaluateModel } from "../../node.js";
import { checkConfig } from "../../runs/index.js";
import type { Evaluation } from "../../evaluate/index.js";
import type { Trained, Trainer, TrainerOptions } from "../../sweeps/index.js";
import type { EpochEvent, Run, TrainEvent } from "../../train/index.js";
import { UserError } from "../../tensor/index.js";
import { drawRun, planRun, trainRun } from "../train-run.js";
import type { TrainView } from "../views/view.js";

/** A view that shows nothing and tells events. */
function silentView(onEvent: TrainView["event"]): TrainView {
  const nothing = (): void => undefined;
  return {
    data: nothing,
    event: onEvent,
    download: nothing,
    pictures: nothing,
    rows: nothing,
    note: nothing,
    warning: nothing,
    ended: nothing,
    close: nothing,
  };
}

/** The measures of a run's weights as they are now, with the log-likelihood where that is asked for. */
async function measured(
  run: Run,
  evaluation: Evaluation,
  logLikelihood: NonNullable<TrainerOptions["logLikelihood"]>,
  threads: number | undefined,
): Promise<Evaluation> {
  const { split, binarize } = evaluation;
  return evaluateModel(run.model, run.data, {
    split: split === "validation" ? "validation" : "test",
    binarize,
    objective: run.objective,
    logLikelihood,
    ...(threads !== undefined && { threads }),
  });
}

/**
 * Trains as `latent train` does, in a folder whose run is resumed. It ends after `epochs` as if it were interrupted there: the run's
 * planned epochs, by which schedules go, stay as they are.
 */
export const trainPlain: Trainer = async (plain, options): Promise<Trained> => {
  const { folder, epochs, signal, logLikelihood } = options;
  const settings = { ...checkConfig(plain, "the run"), out: folder };
  const plan = await planRun(settings, true);
  const enough = new AbortController();
  let parameters = 0;
  const onEpoch = ({ epoch, evaluation }: EpochEvent): void => {
    options.onEpoch(epoch, evaluation);
    if (epoch >= epochs && epoch < plan.settings.epochs) enough.abort();
  };
  const view = silentView(async (event: TrainEvent, current) => {
    if (event.type === "epoch") onEpoch(event);
    if (event.type !== "start") return;
    const model = await current.model();
    parameters = countParameters(model.definition.parameters);
    await model.close();
    options.onModel(parameters);
    // A run that was killed between its rung's checkpoint and its report has nothing left to do.
    if (event.resumedAt !== undefined && event.position.step === 0 && event.position.epoch > epochs)
      enough.abort();
  });
  const interrupt = {
    signal: AbortSignal.any([signal, enough.signal]),
    code: () => undefined,
    release: () => undefined,
  };
  const run = await trainRun(plan, view, interrupt);
  try {
    const { evaluation, history, finished } = run;
    if (evaluation === undefined) throw new UserError("the run was interrupted in its first epoch");
    const now = finished ? evaluation : (history.at(-1)?.evaluation ?? evaluation);
    return {
      epoch: history.length,
      finished,
      parameters,
      evaluation:
        logLikelihood === undefined || signal.aborted
          ? now
          : await measured(run, now, logLikelihood, plan.settings.threads),
    };
  } finally {
    await run.model.close();
  }
};

/** Draws the pictures and the report of a run that has ended into its folder. */
export async function drawFinished(folder: string): Promise<void> {
  const plan = await planRun({ out: folder }, true);
  const view = silentView(() => undefined);
  const never = { signal: new AbortController().signal, code: () => undefined, release: () => undefined };
  const run = await trainRun(plan, view, never);
  try {
    await drawRun(run, plan.settings, view);
  } finally {
    await run.model.close();
  }
}
