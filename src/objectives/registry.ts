import { type FamilySpec, parseSpec, readOptions, suggestion } from "../distributions/index.js";
import { UserError } from "../tensor/index.js";
import { autoencoderInfo, raeL2Info } from "./autoencoder.js";
import { betaTcVaeInfo } from "./beta-tc-vae.js";
import { betaVaeInfo } from "./beta-vae.js";
import { dipVaeInfo } from "./dip-vae.js";
import { elbo } from "./elbo.js";
import { freeBitsInfo } from "./free-bits.js";
import type { ObjectiveInfo } from "./info.js";
import { iwaeInfo } from "./iwae.js";
import type { Objective } from "./objective.js";
import { simple } from "./simple.js";
import { slicedWassersteinInfo } from "./sliced-wasserstein.js";
import { infoVaeInfo, waeMmdInfo } from "./wae-mmd.js";

const registry = new Map<string, ObjectiveInfo>();

/** Makes an objective known by its name, for the command line, config files and resumed runs. */
export function registerObjective(info: ObjectiveInfo): void {
  if (registry.has(info.name)) {
    throw new UserError(`there is an objective "${info.name}" already; give yours another name`, 2);
  }
  registry.set(info.name, info);
}

const shipped: readonly ObjectiveInfo[] = [
  {
    name: "elbo",
    description: "negative ELBO: reconstruction + KL, nats per example",
    options: {},
    make: () => elbo(),
  },
  {
    name: "simple",
    description: "the notebook's loss, every term a mean; collapses on MNIST",
    options: {},
    make: () => simple(),
  },
  betaVaeInfo,
  freeBitsInfo,
  iwaeInfo,
  betaTcVaeInfo,
  dipVaeInfo,
  infoVaeInfo,
  waeMmdInfo,
  slicedWassersteinInfo,
  autoencoderInfo,
  raeL2Info,
];
for (const info of shipped) registerObjective(info);

/** All objectives that can be chosen by name, in alphabetical order. */
export function listObjectives(): ObjectiveInfo[] {
  return [...registry.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The objective of a name and its options. Throws a UserError, with a suggestion where one is near. */
export function objectiveFrom({ name, config }: FamilySpec): Objective {
  const info = registry.get(name);
  if (info === undefined) {
    throw new UserError(`unknown objective "${name}"; ${suggestion(name, [...registry.keys()])}`, 2);
  }
  return info.make(readOptions(name, info, config));
}

/**
 * The objective that a text such as `elbo` or `name(key=value)` names; `parseSpec` says what may stand in it.
 * Throws a UserError that says what is wrong.
 */
export function parseObjective(text: string): Objective {
  return objectiveFrom(parseSpec(text));
}
