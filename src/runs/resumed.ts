import { inFile } from "../catalogue/index.js";
import type { Family } from "../distributions/index.js";
import { networkFrom, type VaeConfig } from "../model/index.js";
import type { Checked } from "./field.js";
import type { modelFields } from "./model-fields.js";
import type { RunConfig } from "./saved-run.js";
import type { trainingFields } from "./training-fields.js";
import { knownObjective, knownOptimizer, knownSchedule } from "./unknown.js";

/** The settings of a kept run that mean the same in any run, whatever is read and wherever it computes. */
export function keptSettings(config: RunConfig) {
  const { epochs, batchSize, seed, validation, patience, binarize, standardize, shuffle } = config;
  const { augment, sampler } = config;
  const { balance, labelled } = config;
  const { lrEncoder, lrDecoder, lrPrior, clipNorm, clipValue, skipNonFinite, accumulate, ema } = config;
  const kept = { epochs, batchSize, seed, validation, binarize, standardize, shuffle };
  return {
    ...kept,
    ...(augment !== undefined && { augment }),
    ...(sampler !== undefined && { sampler }),
    ...(patience !== null && { patience }),
    ...(balance !== undefined && { balance }),
    ...(labelled !== undefined && { labelled }),
    ...(lrEncoder !== undefined && { lrEncoder }),
    ...(lrDecoder !== undefined && { lrDecoder }),
    ...(lrPrior !== undefined && { lrPrior }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(clipValue !== undefined && { clipValue }),
    ...(skipNonFinite !== undefined && { skipNonFinite }),
    ...(accumulate !== undefined && { accumulate }),
    ...(ema !== undefined && { ema }),
  };
}

/**
 * What a resumed run is told of its training: what is not given again is taken from the run. `file` names its settings
 * in errors.
 */
export function resumedTraining(
  told: Checked<typeof trainingFields>,
  before: RunConfig,
  file: string,
): Checked<typeof trainingFields> {
  const { threads, configFile, schedule } = before;
  return {
    ...keptSettings(before),
    // Results depend on it.
    ...(threads !== null && threads > 0 && { threads }),
    ...told,
    objective:
      told.objective ?? inFile(file, "objective", () => knownObjective(before.objective, configFile)),
    ...(told.schedule === undefined &&
      schedule !== undefined && {
        schedule: inFile(file, "schedule", () => knownSchedule(schedule, configFile)),
      }),
    optimizer:
      told.optimizer ?? inFile(file, "optimizer", () => knownOptimizer(before.optimizer, configFile)),
  };
}

/** The networks of a kept run, with what is told of them now. */
function resumedNetworks(
  told: Checked<typeof modelFields>,
  before: VaeConfig,
): Checked<Pick<typeof modelFields, "network" | "encoder" | "decoder">> {
  const resized = [told.hidden, told.activation, told.channels].some((value) => value !== undefined);
  if (told.network !== undefined) return {};
  const encoder = networkFrom(before.encoder);
  if (resized) return encoder.decoder === undefined ? {} : { network: encoder };
  return {
    encoder: told.encoder ?? encoder,
    decoder: told.decoder ?? networkFrom(before.decoder),
  };
}

/**
 * What a resumed run is told of its model: what is not given again is taken from the run. `familyFrom` looks saved
 * distributions up.
 */
export function resumedModel(
  asked: Checked<typeof modelFields>,
  before: VaeConfig,
  familyFrom: (saved: VaeConfig["prior"]) => Family,
): Checked<typeof modelFields> {
  const { network, condition, ...others } = asked;
  // A network that is merely named is the run's, with the options that it has there.
  const named = network?.name === before.encoder.type && Object.keys(network.config).length === 0;
  const told = named || network === undefined ? others : { ...others, network };
  const { posterior = familyFrom(before.posterior), latent = before.latent } = told;
  const sameCodes = latent === before.latent && posterior.name === before.posterior.name;
  // The labels of a conditional run are those of its classes.
  const given = condition === "label" ? (before.condition ?? condition) : (condition ?? before.condition);
  const classifier = told.classifier ?? (before.classifier && networkFrom(before.classifier));
  return {
    ...(given && { condition: given }),
    ...(classifier && { classifier }),
    ...resumedNetworks(told, before),
    ...(sameCodes && { latentScale: before.latentScale ?? 1 }),
    ...told,
    latent,
    posterior,
    prior: told.prior ?? familyFrom(before.prior),
    likelihood: told.likelihood ?? familyFrom(before.likelihood),
  };
}
