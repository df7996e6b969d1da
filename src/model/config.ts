import {
  hasMembers,
  inFile,
  isSpec,
  type Json,
  type OptionInfos,
  parseSpec,
  readOptions,
  requireComplete,
  type Spec,
  valueInWords,
} from "../catalogue/index.js";
import { distributions, type Family } from "../distributions/index.js";
import { type ActivationName, activations, mlp, type Network, type NetworkConfig } from "../nn/index.js";
import { UserError } from "../tensor/index.js";
import { type Vae, vae } from "./vae.js";

/** A family by name and options. */
export interface FamilyConfig {
  readonly name: string;
  readonly config: { readonly [key: string]: Json };
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
}

function familyConfig({ name, config }: Family): FamilyConfig {
  return { name, config };
}

/** A model's options as plain JSON. */
export function vaeConfig(model: Vae): VaeConfig {
  return {
    input: model.input,
    latent: model.latent,
    encoder: model.encoder.config,
    decoder: model.decoder.config,
    posterior: familyConfig(model.posterior),
    prior: familyConfig(model.prior),
    likelihood: familyConfig(model.likelihood),
    ...(model.latentScale !== 1 && { latentScale: model.latentScale }),
  };
}

const mlpOptions: OptionInfos = {
  options: {
    hidden: { type: "numbers", about: "hidden sizes" },
    activation: { type: "text", choices: Object.keys(activations), about: "between the layers" },
  },
};

/** A network from its saved options. Throws a UserError for a type that this version does not know, or a wrong option. */
export function networkFrom({ type, ...config }: NetworkConfig): Network {
  if (type === "mlp") {
    const { hidden = [], activation } = readOptions("mlp", mlpOptions, config as Spec["config"]) as MlpConfig;
    return mlp(hidden, activation === undefined ? {} : { activation });
  }
  throw new UserError(
    `there is no network of type "${type}" here; for one of your own, pass the model's \`definition\` when loading ` +
      "it, or give the config file that has it (`config`)",
  );
}

interface MlpConfig {
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
}

/**
 * What an argument stands for that may be a network, its name with options such as `mlp(hidden=[256, 128])`, or what a
 * saved model says of it. Throws a UserError that begins with `where` for anything else.
 */
export function networkOf(where: string, value: string | Spec | NetworkConfig | Network): Network {
  if (typeof value === "string") return networkOf(where, parseSpec(value));
  if (hasMembers(value, ["parameters", "apply"])) return value as Network;
  if (isSpec(value)) return networkFrom({ ...value.config, type: value.name });
  if (hasMembers(value, ["type"]) && typeof (value as NetworkConfig).type === "string") {
    return networkFrom(value as NetworkConfig);
  }
  const must = `${where} must be a network, such as mlp([256, 128]), or the name of one`.trim();
  throw new UserError(`${must}, got ${valueInWords(value)}`, 2);
}

/** A model's options as they were saved, with what today's code has to be told of one saved by earlier code. */
export function savedConfig(saved: VaeConfig): VaeConfig {
  const { posterior, prior, likelihood } = saved;
  return {
    ...saved,
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
  const network = (part: "encoder" | "decoder"): Network =>
    inFile(source, part, () => {
      const made = networkFrom(config[part]);
      const missing = Object.keys(made.config).find((key) => !Object.hasOwn(config[part], key));
      if (missing === undefined) return made;
      throw new UserError(`the option "${missing}" of ${made.config.type} is missing`);
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
  };
  return inFile(source, "model", () => vae(options));
}
