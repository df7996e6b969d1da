import type { Spec } from "../catalogue/index.js";
import { distributions, type Family } from "../distributions/index.js";
import { type ClassCondition, type FamilyLike, networkChoice, requireCondition } from "../model/index.js";
import { type Activation, activationOf, type Network } from "../nn/index.js";
import { custom, type Field, made, positive, sizes, whole } from "./field.js";

/** A network, its name with options such as `mlp(hidden=[256, 128])`, or what a saved model says of one. */
export type NetworkChoice = Parameters<typeof networkChoice>[1];

/** A condition: `label` for the data's labels, whatever classes there are, or how many. */
export type ConditionChoice = string | ClassCondition;

function isCondition(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "string" && value !== "";
  requireCondition("condition", value);
  return true;
}

const largest = 65_536;

function family(words: Parameters<typeof made>[0]): Field<FamilyLike, Family> {
  return made(words, (value: FamilyLike) => distributions.take("", value));
}

function network(words: Parameters<typeof made>[0]): Field<NetworkChoice, Network> {
  return made(words, (value: NetworkChoice) => networkChoice("", value));
}

/** What a run can be told of its model. */
export const modelFields = {
  /** The shape of an example; default that of the data. */
  input: sizes(2 ** 31 - 1, 16, {
    about: "The shape of an example",
    default: { words: "that of the data" },
    placeholder: "A,B",
  }),
  /** Latent coordinates; default 2. */
  latent: whole(1, largest, {
    about: "Latent coordinates",
    default: { value: 2 },
    placeholder: "N",
    flag: "z",
  }),
  /** Encoder and matching decoder, such as conv(channels=[32, 64]); see `latent list networks`; default mlp. With it, hidden, activation and channels are its options of these names. */
  network: network({
    about: "Encoder and matching decoder, such as conv(channels=[32, 64]); see `latent list networks`",
    more: "With it, hidden, activation and channels are its options of these names.",
    default: { words: "mlp" },
    placeholder: "NETWORK",
  }),
  /** Hidden sizes of the encoder, reversed for the decoder; default 256,128. */
  hidden: sizes(largest, 1000, {
    about: "Hidden sizes of the encoder, reversed for the decoder",
    default: { value: [256, 128] },
    placeholder: "A,B",
  }),
  /** Between hidden layers; default relu. */
  activation: made(
    { about: "Between hidden layers", default: { value: "relu" }, placeholder: "NAME" },
    (value: string | Spec | Activation) => activationOf(value),
  ),
  /** Channels of the network's stages, such as 32,64; default what the network says. */
  channels: sizes(largest, 100, {
    about: "Channels of the network's stages, such as 32,64",
    default: { words: "what the network says" },
    placeholder: "A,B",
  }),
  /** The encoder's network, such as mlp(hidden=[256, 128]); default what network says. */
  encoder: network({
    about: "The encoder's network, such as mlp(hidden=[256, 128])",
    default: { words: "what network says" },
    placeholder: "NETWORK",
  }),
  /** The decoder's network, such as mlp(hidden=[128, 256]); default what network says. */
  decoder: network({
    about: "The decoder's network, such as mlp(hidden=[128, 256])",
    default: { words: "what network says" },
    placeholder: "NETWORK",
  }),
  /** q(z|x), such as normal; see `latent list`; default normal. */
  posterior: family({
    about: "q(z|x), such as normal; see `latent list`",
    default: { value: "normal" },
    placeholder: "NAME",
  }),
  /** p(z), as name or name(key=value); default normal. */
  prior: family({
    about: "p(z), as name or name(key=value)",
    default: { value: "normal" },
    placeholder: "NAME",
  }),
  /** p(x|z); default bernoulli. */
  likelihood: family({ about: "p(x|z)", default: { value: "bernoulli" }, placeholder: "NAME" }),
  /** The decoder's network is given z times this number; default 1, on the sphere sqrt(z). */
  latentScale: positive({
    about: "The decoder's network is given z times this number",
    default: { words: "1, on the sphere sqrt(z)" },
    placeholder: "X",
  }),
  /** What examples are given along with: label, their class by the data's labels, or a table's column; default none. In code also { classes: 10 }. Encoder, decoder and a prior such as class-normal get it: a conditional model, of which `generate --where` draws classes. */
  condition: custom<ConditionChoice>(
    {
      about:
        "What examples are given along with: label, their class by the data's labels, or a table's column",
      more:
        "In code also { classes: 10 }. Encoder, decoder and a prior such as class-normal get it: a conditional model, of which `generate --where` draws " +
        "classes.",
      default: { words: "none" },
      placeholder: "NAME",
    },
    "must be \"label\", the class by the data's labels, a table's column, or { classes: N }",
    isCondition,
  ),
  /** The network of q(y|x), for labels that are partly missing (objective m2); default none, with m2 the encoder's. */
  classifier: network({
    about: "The network of q(y|x), for labels that are partly missing (objective m2)",
    default: { words: "none, with m2 the encoder's" },
    placeholder: "NETWORK",
  }),
} as const;
