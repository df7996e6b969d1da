import type { Dataset } from "../data/portable.js";
import type { Encoding } from "../distributions/index.js";
import type { Vae } from "../model/index.js";
import { type Platform, type Run, trainWith } from "../train/portable.js";
import type { CheckedOptions } from "./options.js";
import type { RunPlace } from "./place/place.js";
import { resumedTraining } from "./resumed.js";
import { RunFolder } from "./run-folder.js";
import { configIn, runFiles } from "./run-files.js";
import { settingsOf } from "./settings.js";

/** Trains into a place, or resumes the run in it, with options that were checked. */
export async function trainInPlace<E extends Encoding>(
  platform: Platform,
  place: RunPlace,
  model: Vae<E>,
  dataset: Dataset,
  { told, around }: CheckedOptions,
): Promise<Run<E>> {
  const before = around.resume === true ? await configIn(place) : undefined;
  const settings = settingsOf(
    before === undefined ? told : resumedTraining(told, before, place.at(runFiles.config)),
    before === undefined ? dataset : undefined,
  );
  const open = RunFolder.open.bind(RunFolder, place);
  return trainWith(platform, (_, ...asked) => open(...asked), model, dataset, settings, {
    ...around,
    out: place.name,
  });
}
