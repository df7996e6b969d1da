import { hasMembers, inFile, isSpec, type Json, requireComplete } from "../catalogue/index.js";
import { distributions, type Family } from "../distributions/index.js";
import { type Network, type NetworkLike, networkOf, networks } from "../nn/index.js";
import { UserError } from "../tensor/index.js";
import { type ClassCondition, type Vae, vae } from "./vae.js";

/** A family by name and options. */
export interface FamilyConfig {
  readonly name: string;
  readonly config: { readonly [key: string]: Json };
}

/** A network by name, which is its `type`, and its options beside it. */
export interface NetworkConfig {
  readonly type: string;
  readonly [option: string]: Json;
}

/** Everything that builds a model again, as plain JSON. */
export interface VaeConfig {
  readonly input: readonly number[];
  readonly latent: number;
  readonly encoder: NetworkConfig;
  readonly decoder: NetworkConfig;
  readonly posterior: FamilyConfig;
  readonly prior: FamilyConfig;
  readonly likelihood: FamilyConfig;
  /** Left out where it is 1, as in models of before there was one. */
  readonly latentScale?: number;
  /** Left out where there is none, as in models of before there were conditions. */
  readonly condition?: ClassCondition;
  readonly classifier?: NetworkConfig;
}

function familyConfig({ name, config }: Family): FamilyConfig {
  return { name, config };
}

function networkConfig({ name, config }: Network): NetworkConfig {
  return { type: name, ...config };
}

/** A model's options as plain JSON. */
export function vaeConfig(model: Vae): VaeConfig {
  return {
    input: model.input,
    latent: model.latent,
    encoder: networkConfig(model.encoder),
    decoder: networkConfig(model.decoder),
    posterior: familyConfig(model.posterior),
    prior: familyConfig(model.prior),
    likelihood: familyConfig(model.likelihood),
    ...(model.latentScale !== 1 && { latentScale: model.latentScale }),
    ...(model.condition && { condition: model.condition }),
    ...(model.classifier && { classifier: networkConfig(model.classifier) }),
  };
}

/** Throws a UserError for a network or layer that is not known here, and for options that it can't have. */
export function networkFrom(saved: NetworkConfig): Network {
  const { type, ...config } = saved ?? {};
  if (typeof type !== "string") {
    throw new UserError(`the saved model has no network where one must be, but ${JSON.stringify(saved)}`);
  }
  if (networks.find(type) === undefined) {
    throw new UserError(
      `the saved model has a network "${type}", which is not known here; add it (networks.add), or ` +
        "pass the model's definition when loading it",
    );
  }
  return networks.from({ name: type, config });
}

/** A network's saved options as today's code saves them; those that it can't read stay as they are. */
function currentNetwork(saved: NetworkConfig): NetworkConfig {
  try {
    return networkConfig(networkFrom(saved));
  } catch (error) {
    if (error instanceof UserError) return saved;
    throw error;
  }
}

/**
 * What an argument stands for that may be a network, its name with options such as `mlp(hidden=[256, 128])`, or what a
 * saved model says of it. Throws a UserError that begins with `where` for anything else.
 */
export function networkChoice(where: string, value: NetworkLike | NetworkConfig): Network {
  const isSaved = hasMembers(value, ["type"]) && typeof (value as NetworkConfig).type === "string";
  return isSaved ? networkFrom(value as NetworkConfig) : networkOf(value as NetworkLike, where);
}

/** A model's options as they were saved, with what today's code has to be told of one saved by earlier code. */
export function savedConfig(saved: VaeConfig): VaeConfig {
  const { encoder, decoder, classifier, posterior, prior, likelihood } = saved;
  return {
    ...saved,
    encoder: currentNetwork(encoder),
    decoder: currentNetwork(decoder),
    ...(classifier && { classifier: currentNetwork(classifier) }),
    ...(isSpec(posterior) && { posterior: distributions.current(posterior) }),
    ...(isSpec(prior) && { prior: distributions.current(prior) }),
    ...(isSpec(likelihood) && { likelihood: distributions.current(likelihood) }),
  };
}

/** Throws a UserError if a model is not given to its decoder as the saved one was: the weights would not fit. */
export function requireSameScale(definition: Vae, saved: VaeConfig): void {
  const { latentScale = 1 } = saved;
  if (definition.latentScale === latentScale) return;
  throw new UserError(
    `the saved model's decoder takes z times ${latentScale}, that of the definition z times ` +
      `${definition.latentScale}; give the definition latentScale: ${latentScale}`,
  );
}

/** Throws a UserError if a definition is not of as many classes as the saved model. */
export function requireSameCondition(definition: Vae, saved: VaeConfig): void {
  const [own, other] = [definition.condition?.classes, saved.condition?.classes];
  if (own === other) return;
  const words = (classes: number | undefined): string =>
    classes === undefined ? "no condition" : `a condition of ${classes} classes`;
  throw new UserError(`the saved model has ${words(other)}, the definition ${words(own)}`);
}

/**
 * Builds a model from its saved options. `familyFrom` looks distributions up. Throws a UserError that names `source` and
 * the field if it can't.
 */
export function vaeFromConfig(
  config: VaeConfig,
  familyFrom: (config: FamilyConfig) => Family,
  source = "the saved model",
): Vae {
  const family = (role: "posterior" | "prior" | "likelihood"): Family =>
    inFile(source, role, () => {
      const made = familyFrom(config[role]);
      if (made.name === config[role].name) requireComplete(config[role], made);
      return made;
    });
  const network = (part: "encoder" | "decoder" | "classifier"): Network =>
    inFile(source, part, () => {
      const of = config[part] as NetworkConfig;
      const made = networkFrom(of);
      const { type, ...saved } = of;
      requireComplete({ name: type, config: saved }, made);
      return made;
    });
  const options = {
    input: config.input,
    latent: config.latent,
    encoder: network("encoder"),
    decoder: network("decoder"),
    posterior: family("posterior"),
    prior: family("prior"),
    likelihood: family("likelihood"),
    latentScale: config.latentScale ?? 1,
    ...(config.condition && { condition: config.condition }),
    ...(config.classifier && { classifier: network("classifier") }),
  };
  return inFile(source, "model", () => vae(options));
}
