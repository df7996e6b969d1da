import { buildCommand } from "@stricli/core";
import { formatSpec, type OptionInfo } from "../../catalogue/index.js";
import { activations } from "../../nn/index.js";
import { combinations, type Combinations } from "../combinations.js";
import { type Cli, print } from "../context.js";
import { commonFlags, type CommonFlags, toggle } from "../flags.js";
import { combinationsName, type Kind, kindNamed, kinds, optionText } from "../listed.js";
import { columns } from "../views/format.js";

interface ListFlags extends CommonFlags {
  readonly json?: boolean;
}

function optionsText(options: Readonly<Record<string, OptionInfo<string>>>): string {
  const config = Object.entries(options).map(
    ([name, option]) => [name, option.default ?? option.type] as const,
  );
  return config.length === 0 ? "" : formatSpec({ name: "", config: Object.fromEntries(config) });
}

/** Words in lines of up to 100 columns. */
function wrapped(words: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    const longer = line === "" ? word : `${line}, ${word}`;
    if (indent.length + longer.length < 100) line = longer;
    else {
      lines.push(`${line},`);
      line = word;
    }
  }
  return [...lines, line].map((text) => indent + text).join("\n");
}

/** Lists by name, those with the same list together. */
function grouped(lists: Readonly<Record<string, readonly string[]>>): string {
  const groups = new Map<string, { names: string[]; list: readonly string[] }>();
  for (const [name, list] of Object.entries(lists)) {
    const group = groups.get(list.join()) ?? { names: [], list };
    group.names.push(name);
    groups.set(list.join(), group);
  }
  return [...groups.values()]
    .map(({ names, list }) => `${wrapped(names, "  ")}\n${wrapped(list, "      ")}`)
    .join("\n");
}

/** Only what there is something to say of. */
function nonEmpty(lists: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

/** Entries one a line or, if `detailed`, each with its options in lines of their own. */
function showKind({ name, where, entries }: Kind, detailed: boolean): void {
  print(`${name}, ${where}`);
  const rows = entries().map(({ name: own, roles, description, options }) => {
    const middle = roles === undefined ? [] : [roles.join(", ")];
    return [`  ${own}`, ...middle, detailed ? description : `${description} ${optionsText(options)}`.trim()];
  });
  if (!detailed) return print(columns(rows));
  const lines = columns(rows).split("\n");
  entries().forEach(({ options }, i) => {
    print(lines[i] ?? "");
    const own = Object.entries(options).map(([option, info]) => [`      ${option}`, optionText(info)]);
    if (own.length > 0) print(columns(own));
  });
}

function showCombinations({ priors, refused }: Combinations): void {
  print("which posteriors work with which priors (elbo)");
  print(grouped(priors));
  print("  samples, which has no density, goes with wae-mmd, info-vae(alpha=1) and sliced-wasserstein");
  print("\nwhich objectives are not defined for which posteriors");
  print(grouped(nonEmpty(refused)));
}

/** The kinds asked for as one JSON object, each a list of entries with their options; activations by name alone. */
function asJson(names: readonly string[], all: boolean): Record<string, unknown> {
  const chosen = kinds.filter(({ name }) => names.includes(name));
  const lists = chosen.map(({ name, entries }) => {
    const plain = JSON.parse(JSON.stringify(entries())) as unknown;
    return [name, name === "activations" && all ? activations.names : plain] as const;
  });
  const together = names.includes(combinationsName) && { [combinationsName]: combinations() };
  return { ...Object.fromEntries(lists), ...together };
}

function list(this: Cli, { json = false }: ListFlags, ...asked: readonly string[]): void {
  const all = asked.length === 0;
  const names = all ? [...kinds.map(({ name }) => name), combinationsName] : asked.map(kindNamed);
  if (json) return print(JSON.stringify(asJson(names, all)));
  names.forEach((name, i) => {
    if (i > 0) print("");
    const kind = kinds.find((one) => one.name === name);
    if (kind === undefined) showCombinations(combinations());
    else showKind(kind, !all);
  });
}

export const listCommand = buildCommand<ListFlags, readonly string[], Cli>({
  func: list,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief: `What to list, with options: ${[...kinds.map(({ name }) => name), combinationsName].join(", ")}`,
        placeholder: "KIND",
        parse: (input) => input,
      },
    },
    flags: { json: toggle("Print one JSON object"), ...commonFlags },
  },
  docs: {
    brief: "List what can be chosen by name, and its options",
    fullDescription:
      "Lists what can be chosen by name: all of it in short or, of the kinds that are named, each option with its default.\n\n" +
      "  latent list\n" +
      "  latent list networks layers optimisers",
  },
});
