import path from "node:path";
import { readIfThere } from "../data/index.js";
import { type Family, distributions } from "../distributions/index.js";
import {
  type FamilyConfig,
  networkFrom,
  readCard,
  type TrainedVae,
  type Vae,
  vae,
  type VaeConfig,
} from "../model/index.js";
import { type Network } from "../nn/index.js";
import { loadModel } from "../node.js";
import { type Objective, objectives } from "../objectives/index.js";
import type { Spec } from "../catalogue/index.js";
import { type CheckpointName, readRunConfig, type RunConfig } from "../train/index.js";
import type { Settings } from "./settings.js";
import { defined } from "./defined.js";

/**
 * What the config file has for a saved family: the same one, or one of the name that isn't registered. The options
 * of a family that is registered are the saved ones, whatever the config file says by now.
 */
function ownFamily(settings: Settings, spec: FamilyConfig): Family | undefined {
  const own = [settings.posterior, settings.prior, settings.likelihood];
  const named = own.filter((family) => family?.name === spec.name);
  const same = named.find((family) => JSON.stringify(family?.config) === JSON.stringify(spec.config));
  const registered = distributions.list().some(({ name }) => name === spec.name);
  return same ?? (registered ? undefined : named[0]);
}

/** A family by its saved name: one of the config file's own, else a registered one. */
function lookUp(settings: Settings, spec: FamilyConfig): Family {
  return ownFamily(settings, spec) ?? distributions.from(spec);
}

/** The model that the settings describe; where they are silent, `before`, the model of the run to go on with. */
export function modelFrom(
  input: readonly number[],
  settings: Settings,
  before?: VaeConfig,
  families = settings,
): Vae {
  const { hidden, activation } = settings;
  const ownNetworks = hidden !== undefined || activation !== undefined;
  const network = (part: "encoder" | "decoder"): Network | undefined =>
    settings[part] ?? (before && !ownNetworks ? networkFrom(before[part]) : undefined);
  const family = (role: "posterior" | "prior" | "likelihood"): Family | undefined =>
    settings[role] ?? (before && lookUp(families, before[role]));
  const latent = settings.z ?? before?.latent;
  const posterior = family("posterior");
  const sameCodes = before && latent === before.latent && posterior?.name === before.posterior.name;
  const options = {
    input,
    latent,
    hidden,
    activation,
    encoder: network("encoder"),
    decoder: network("decoder"),
    posterior,
    prior: family("prior"),
    likelihood: family("likelihood"),
    latentScale: sameCodes ? (before.latentScale ?? 1) : undefined,
  };
  return vae(defined(options));
}

/** A model to use, and what is known of the run that it comes from. */
export interface OpenedRun {
  readonly model: TrainedVae;
  readonly config: RunConfig | undefined;
  /** What `model.json` of a model folder says of it. */
  readonly about: Readonly<Record<string, unknown>> | undefined;
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
  const own = defined({ encoder: settings.encoder, decoder: settings.decoder });
  const model = await loadModel(folder, {
    families: (spec) => ownFamily(settings, spec),
    ...(checkpoint && { checkpoint }),
    ...(ownNetworks && saved && { definition: modelFrom(saved.input, own, saved, settings) }),
  });
  const card = path.join(folder, "model.json");
  const text = config === undefined ? await readIfThere(card) : undefined;
  return { model, config, about: text && readCard(text.toString("utf8"), card).about };
}

/** The objective that a run was trained with, or undefined if it is not one that can be chosen by name. */
export function objectiveOf(config: RunConfig | undefined, settings: Settings): Objective | undefined {
  const saved = config?.objective as unknown as Spec | undefined;
  if (saved === undefined) return settings.objective;
  if (settings.objective?.name === saved.name) return settings.objective;
  try {
    return objectives.from(saved);
  } catch {
    return undefined;
  }
}
