import path from "node:path";
import { readIfThere } from "../data/index.js";
import { distributions, type Family } from "../distributions/index.js";
import { type FamilyConfig, readCard, type TrainedVae, type VaeConfig } from "../model/index.js";
import { loadModel } from "../node.js";
import { type Objective, objectives } from "../objectives/index.js";
import {
  type CheckpointName,
  knownFamily,
  modelOf,
  readRunConfig,
  resumedModel,
  type RunConfig,
  type Settings,
} from "../runs/index.js";

/**
 * What the config file has for a saved family: the same one, or one of the name that isn't registered. The options
 * of a family that is registered are the saved ones, whatever the config file says by now.
 */
function ownFamily(settings: Settings, spec: FamilyConfig): Family | undefined {
  const own = [settings.posterior, settings.prior, settings.likelihood];
  const named = own.filter((family) => family?.name === spec.name);
  const same = named.find((family) => JSON.stringify(family?.config) === JSON.stringify(spec.config));
  return same ?? (distributions.find(spec.name) === undefined ? named[0] : undefined);
}

/** A saved family: one of the config file's own, else a registered one. */
export function familyLookUp(
  settings: Settings,
  configFile: string | undefined,
): (saved: FamilyConfig) => Family {
  return (saved) => ownFamily(settings, saved) ?? knownFamily(saved, configFile);
}

/** A model to use, and what is known of the run that it comes from. */
export interface OpenedRun {
  readonly model: TrainedVae;
  readonly config: RunConfig | undefined;
  /** What `model.json` of a model folder says of it. */
  readonly about: Readonly<Record<string, unknown>> | undefined;
}

/** The saved model with the config file's own networks. Its sizes are the run's, whatever the file says by now. */
function ownNetworks(
  { encoder, decoder }: Settings,
  saved: VaeConfig,
  familyFrom: (saved: FamilyConfig) => Family,
) {
  const own = { ...(encoder && { encoder }), ...(decoder && { decoder }) };
  return modelOf({ shape: saved.input }, resumedModel(own, saved, familyFrom));
}

/** Opens a run's or model's folder; networks and distributions of one's own come from the config file. */
export async function openRun(
  folder: string,
  settings: Settings,
  checkpoint?: CheckpointName,
): Promise<OpenedRun> {
  const config = await readRunConfig(folder);
  const own = settings.encoder !== undefined || settings.decoder !== undefined;
  const model = await loadModel(folder, {
    families: (spec) => ownFamily(settings, spec),
    ...(checkpoint && { checkpoint }),
    ...(own &&
      config && {
        definition: ownNetworks(settings, config.model, familyLookUp(settings, config.configFile)),
      }),
  });
  const card = path.join(folder, "model.json");
  const text = config === undefined ? await readIfThere(card) : undefined;
  return { model, config, about: text && readCard(text.toString("utf8"), card).about };
}

/** The objective that a run was trained with, or undefined if it is not one that can be chosen by name. */
export function objectiveOf(config: RunConfig | undefined, settings: Settings): Objective | undefined {
  const saved = config?.objective;
  if (saved === undefined) return settings.objective;
  if (settings.objective?.name === saved.name) return settings.objective;
  return objectives.find(saved.name) && objectives.from(saved);
}
