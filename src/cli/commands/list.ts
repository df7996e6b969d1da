import { buildCommand } from "@stricli/core";
import { formatSpec, listFamilies, type OptionInfo } from "../../distributions/index.js";
import { activations } from "../../nn/index.js";
import { listObjectives } from "../../objectives/index.js";
import { type Cli, print } from "../context.js";
import { commonFlags, type CommonFlags, toggle } from "../flags.js";
import { columns } from "../views/format.js";

interface ListFlags extends CommonFlags {
  readonly json?: boolean;
}

function optionsText(options: Readonly<Record<string, OptionInfo>>): string {
  const config = Object.entries(options).map(
    ([name, option]) => [name, option.default ?? option.type] as const,
  );
  return config.length === 0 ? "" : formatSpec({ name: "", config: Object.fromEntries(config) });
}

function list(this: Cli, { json = false }: ListFlags): void {
  const families = listFamilies();
  const objectives = listObjectives();
  if (json) {
    const plain = (entry: object): unknown => JSON.parse(JSON.stringify(entry));
    return print(
      JSON.stringify({
        distributions: families.map(plain),
        objectives: objectives.map(plain),
        activations: Object.keys(activations),
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
  print(
    columns(
      objectives.map(({ name, description, options }) => [
        `  ${name}`,
        `${description} ${optionsText(options)}`,
      ]),
    ),
  );
  print("\nactivations, for --activation");
  print(`  ${Object.keys(activations).join(", ")}`);
}

export const listCommand = buildCommand<ListFlags, [], Cli>({
  func: list,
  parameters: { flags: { json: toggle("Print one JSON object"), ...commonFlags } },
  docs: { brief: "List distributions, objectives and activations by name" },
});
