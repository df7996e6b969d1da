import { type Json, type OptionInfo, suggestion } from "../catalogue/index.js";
import { formats } from "../data/index.js";
import { distributions } from "../distributions/index.js";
import { activations, initialisations, layers, networks } from "../nn/index.js";
import { objectives } from "../objectives/index.js";
import { optimizers, schedules } from "../optim/index.js";
import { samplers } from "../sampling/index.js";
import { UserError } from "../tensor/index.js";

/** Something that can be chosen by name, as `latent list` shows it. */
export interface Listed {
  readonly name: string;
  readonly description: string;
  readonly options: Readonly<Record<string, OptionInfo<string>>>;
  /** What a distribution can be. */
  readonly roles?: readonly string[];
}

/** A kind of things that can be chosen by name. */
export interface Kind {
  /** As the user asks for it, in the plural. */
  readonly name: string;
  /** Where it is chosen, to follow its name. */
  readonly where: string;
  /** Other words for it, such as other spellings. */
  readonly aliases?: readonly string[];
  entries(): readonly Listed[];
}

/** What can be listed, in the order in which it is. */
export const kinds: readonly Kind[] = [
  {
    name: "distributions",
    where: "for --posterior, --prior and --likelihood",
    aliases: ["families"],
    entries: () => distributions.list(),
  },
  { name: "objectives", where: "for --objective", aliases: ["losses"], entries: () => objectives.list() },
  {
    name: "networks",
    where: "for --network, and for encoder and decoder in a config file",
    entries: () => networks.list(),
  },
  {
    name: "layers",
    where: "in networks, such as sequential(layers=[linear(out=64), relu])",
    entries: () => layers.list(),
  },
  {
    name: "activations",
    where: "for --activation, and among layers",
    entries: () => activations.list(),
  },
  {
    name: "initialisations",
    where: "for init of layers",
    aliases: ["initializations", "init"],
    entries: () => initialisations.list(),
  },
  {
    name: "optimisers",
    where: "for --optimizer",
    aliases: ["optimizers"],
    entries: () => optimizers.list(),
  },
  {
    name: "schedules",
    where: "of the learning rate, for --schedule; they count updates of the weights",
    entries: () => schedules.list(),
  },
  { name: "samplers", where: "for generate --sampler", entries: () => samplers.list() },
  {
    name: "formats",
    where: "of files that are read as data",
    aliases: ["data-formats", "data formats", "data"],
    entries: () =>
      formats.list().map(({ name, options, make }) => ({ name, options, description: make({}).files })),
  },
];

/** What can be listed besides: which of them go together. */
export const combinationsName = "combinations";

const singular = (name: string): string => name.replace(/s$/, "");

/**
 * The name of a kind that is asked for, in the singular or plural, or `combinations`. Throws a UserError, with a
 * suggestion, if there is none.
 */
export function kindNamed(word: string): string {
  const asked = singular(word.toLowerCase());
  const names = [...kinds.map(({ name }) => name), combinationsName];
  const found = kinds.find(({ name, aliases = [] }) =>
    [name, ...aliases].some((one) => singular(one) === asked),
  );
  if (found !== undefined) return found.name;
  if (singular(combinationsName) === asked) return combinationsName;
  throw new UserError(`there is nothing to list named "${word}"; ${suggestion(word, names)}`, 2);
}

const valueText = (value: Json): string =>
  typeof value === "string" ? value : JSON.stringify(value).replace(/,/g, ", ");

/** An option in a line: `rate  number, default 0.5: probability of a 0`. */
export function optionText({ type, about, default: usual, min, max, choices }: OptionInfo<string>): string {
  const range = [min !== undefined && `from ${min}`, max !== undefined && `to ${max}`].filter(Boolean);
  const kind = choices === undefined ? [type, ...range].join(" ") : choices.join(" | ");
  return `${kind}${usual === undefined ? "" : `, default ${valueText(usual)}`}: ${about}`;
}
