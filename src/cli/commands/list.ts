import { buildCommand } from "@stricli/core";
import { formatSpec, type OptionInfo, parseSpec } from "../../catalogue/index.js";
import { distributions } from "../../distributions/index.js";
import { activations } from "../../nn/index.js";
import { objectives } from "../../objectives/index.js";
import { optimizers, schedules } from "../../optim/index.js";
import { samplers } from "../../sampling/index.js";
import {
  objectiveNames,
  priorsByPosterior,
  usualCombination,
  whyImpossible,
} from "../../train/combinations.js";
import { type Cli, print } from "../context.js";
import { commonFlags, type CommonFlags, toggle } from "../flags.js";
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

/** What can be trained with what, found by building the training steps. */
interface Combinations {
  /** For each posterior, the priors that work with it under `elbo`. */
  readonly priors: Readonly<Record<string, readonly string[]>>;
  /** For each objective, the posteriors that it is not defined for. */
  readonly refused: Readonly<Record<string, readonly string[]>>;
}

const nameOf = (text: string): string => parseSpec(text).name;

function combinations(): Combinations {
  const byPosterior = priorsByPosterior();
  const refused = objectiveNames().map((objective) => {
    const works = ([posterior, priors]: readonly [string, readonly string[]]): boolean => {
      const prior = priors.includes("normal") ? "normal" : (priors[0] ?? "normal");
      return whyImpossible({ ...usualCombination, objective, posterior, prior }) === undefined;
    };
    const not = [...byPosterior].filter((entry) => !works(entry));
    return [objective, not.map(([posterior]) => nameOf(posterior))] as const;
  });
  const priors = [...byPosterior].map(
    ([posterior, names]) => [nameOf(posterior), names.map(nameOf)] as const,
  );
  return { priors: Object.fromEntries(priors), refused: Object.fromEntries(refused) };
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

/** Names, and under them what they are and which options they have. */
function chosen(
  entries: readonly {
    readonly name: string;
    readonly description: string;
    readonly options: Readonly<Record<string, OptionInfo<string>>>;
  }[],
): string {
  return columns(
    entries.map(({ name, description, options }) => [
      `  ${name}`,
      `${description} ${optionsText(options)}`.trim(),
    ]),
  );
}

function list(this: Cli, { json = false }: ListFlags): void {
  const families = distributions.list();
  const knownObjectives = objectives.list();
  const works = combinations();
  if (json) {
    const plain = (entry: object): unknown => JSON.parse(JSON.stringify(entry));
    return print(
      JSON.stringify({
        distributions: families.map(plain),
        objectives: knownObjectives.map(plain),
        activations: activations.names,
        samplers: samplers.list().map(plain),
        optimisers: optimizers.list().map(plain),
        schedules: schedules.list().map(plain),
        combinations: works,
      }),
    );
  }
  print("distributions, for --posterior, --prior and --likelihood");
  print(
    columns(
      families.map(({ name, roles, description, options }) => [
        `  ${name}`,
        roles.join(", "),
        `${description} ${optionsText(options)}`.trim(),
      ]),
    ),
  );
  print("\nobjectives, for --objective");
  print(chosen(knownObjectives));
  print("\noptimisers, for --optimizer");
  print(chosen(optimizers.list()));
  print("\nschedules of the learning rate, for --schedule; they count updates of the weights");
  print(chosen(schedules.list()));
  print("\nsamplers, for generate --sampler");
  print(chosen(samplers.list()));
  print("\nactivations, for --activation");
  print(`  ${activations.names.join(", ")}`);
  print("\nwhich posteriors work with which priors (elbo)");
  print(grouped(works.priors));
  print("  samples, which has no density, goes with wae-mmd, info-vae(alpha=1) and sliced-wasserstein");
  print("\nwhich objectives are not defined for which posteriors");
  print(grouped(nonEmpty(works.refused)));
}

export const listCommand = buildCommand<ListFlags, [], Cli>({
  func: list,
  parameters: { flags: { json: toggle("Print one JSON object"), ...commonFlags } },
  docs: { brief: "List distributions, objectives, optimisers and schedules by name" },
});
