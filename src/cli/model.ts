import { type Family, familyFrom } from "../distributions/index.js";
import {
  type FamilyConfig,
  networkFrom,
  type TrainedVae,
  type Vae,
  vae,
  type VaeConfig,
} from "../model/index.js";
import { type Network } from "../nn/index.js";
import { loadModel } from "../node.js";
import { type Objective, objectiveFrom } from "../objectives/index.js";
import type { FamilySpec } from "../distributions/index.js";
import { type CheckpointName, readRunConfig, type RunConfig } from "../train/index.js";
import type { Settings } from "./settings.js";
import { defined } from "./defined.js";

/** A family by its saved name: one of the config file's own, else a registered one. */
function lookUp(settings: Settings, spec: FamilyConfig): Family {
  const own = [settings.posterior, settings.prior, settings.likelihood];
  return own.find((family) => family?.name === spec.name) ?? familyFrom(spec);
}

/** The model that the settings describe; where they are silent, `before`, the model of the run to go on with. */
export function modelFrom(input: readonly number[], settings: Settings, before?: VaeConfig): Vae {
  const { hidden, activation } = settings;
  const ownNetworks = hidden !== undefined || activation !== undefined;
  const network = (part: "encoder" | "decoder"): Network | undefined =>
    settings[part] ?? (before && !ownNetworks ? networkFrom(before[part]) : undefined);
  const family = (role: "posterior" | "prior" | "likelihood"): Family | undefined =>
    settings[role] ?? (before && lookUp(settings, before[role]));
  const options = {
    input,
    latent: settings.z ?? before?.latent,
    hidden,
    activation,
    encoder: network("encoder"),
    decoder: network("decoder"),
    posterior: family("posterior"),
    prior: family("prior"),
    likelihood: family("likelihood"),
  };
  return vae(defined(options));
}

/** A model to use, and what is known of the run that it comes from. */
export interface OpenedRun {
  readonly model: TrainedVae;
  readonly config: RunConfig | undefined;
}

/** Opens a run's or model's folder; networks and distributions of one's own come from the config file. */
export async function openRun(
  folder: string,
  settings: Settings,
  checkpoint?: CheckpointName,
): Promise<OpenedRun> {
  const config = await readRunConfig(folder);
  const ownNetworks = settings.encoder !== undefined || settings.decoder !== undefined;
  const saved = config?.model as unknown as VaeConfig | undefined;
  // The sizes are the run's, whatever the config file says by now.
  const { encoder, decoder, posterior, prior, likelihood } = settings;
  const own = Object.fromEntries(
    Object.entries({ encoder, decoder, posterior, prior, likelihood }).filter(
      ([, part]) => part !== undefined,
    ),
  ) as Settings;
  const model = await loadModel(folder, {
    families: (spec) => [posterior, prior, likelihood].find((family) => family?.name === spec.name),
    ...(checkpoint && { checkpoint }),
    ...(ownNetworks && saved && { definition: modelFrom(saved.input, own, saved) }),
  });
  return { model, config };
}

/** The objective that a run was trained with, or undefined if it is not one that can be chosen by name. */
export function objectiveOf(config: RunConfig | undefined, settings: Settings): Objective | undefined {
  const saved = config?.objective as unknown as FamilySpec | undefined;
  if (saved === undefined) return settings.objective;
  if (settings.objective?.name === saved.name) return settings.objective;
  try {
    return objectiveFrom(saved);
  } catch {
    return undefined;
  }
}
