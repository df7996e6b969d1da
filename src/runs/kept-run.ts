import type { TrainedVae } from "../model/index.js";
import { UserError } from "../tensor/index.js";
import type { EpochRecord, Platform } from "../train/portable.js";
import { checkpointModel, finishedModel, type LoadOptions } from "./load-model.js";
import { metricsIn } from "./metrics.js";
import type { RunPlace } from "./place/place.js";
import { configIn, runFiles } from "./run-files.js";
import type { RunConfig } from "./saved-run.js";
import { type PlainSpec, specOfRun } from "./spec.js";

/** Which of a run's models: its checkpoints', or that which its end wrote. */
export type KeptModel = "last" | "best" | "finished";

/** A run that was kept. */
export interface KeptRun {
  /** What the place that holds it is called. */
  readonly name: string;
  readonly config: RunConfig;
  /** Its finished epochs. */
  readonly history: readonly EpochRecord[];
  /** What it was told, as plain data, of which `resolve` makes the same run again. */
  readonly spec: PlainSpec;
  /**
   * One of its models: of the last checkpoint (`last`, the default), of the best (`best`), or what its end wrote (`finished`).
   * Close it after use. Throws a UserError that names the file which is missing or damaged.
   */
  model(which?: KeptModel): Promise<TrainedVae>;
}

/** The run in a place. Throws a UserError that names the file which is missing or damaged. */
export async function keptRunIn(
  place: RunPlace,
  openBackend: Platform["openBackend"],
  options: Omit<LoadOptions, "checkpoint"> = {},
): Promise<KeptRun> {
  const config = await configIn(place);
  if (config === undefined) throw new UserError(`${place.at(runFiles.config)} is missing: there is no run`);
  return {
    name: place.name,
    config,
    history: await metricsIn(place),
    spec: specOfRun(config),
    async model(which = "last") {
      if (which === "finished") {
        const model = await finishedModel({ place, folder: runFiles.model }, openBackend, options);
        if (model !== undefined) return model;
        throw new UserError(
          `${place.at("model/model.json")} is missing: the run has not ended; take its model "last"`,
        );
      }
      if (which === "last" || which === "best")
        return checkpointModel(place, config, openBackend, { ...options, checkpoint: which });
      throw new UserError(
        `a run's models are "last", "best" and "finished", not ${JSON.stringify(which)}`,
        2,
      );
    },
  };
}
