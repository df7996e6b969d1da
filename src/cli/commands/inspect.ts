import path from "node:path";
import { buildCommand } from "@stricli/core";
import { readIfThere } from "../../data/index.js";
import { formatSpec } from "../../catalogue/index.js";
import type { Family } from "../../distributions/index.js";
import type { Evaluation } from "../../evaluate/index.js";
import { readCard, type TrainedVae } from "../../model/index.js";
import { describeOnnx, type OnnxDescription, type OnnxValue } from "../../onnx/index.js";
import { briefJson } from "../../report/index.js";
import { UserError } from "../../tensor/index.js";
import { readMetrics, type RunConfig, runFiles } from "../../runs/index.js";
import { loadSettings } from "../config.js";
import { type Cli, print } from "../context.js";
import { folderArgument, toggle } from "../flags.js";
import { openRun } from "../model.js";
import { columns, countText, evaluationText } from "../views/format.js";
import { type LayerLine, layerLines, summaryText } from "../views/summary.js";
import { openFlags, type OpenFlags } from "./shared.js";

interface InspectFlags extends OpenFlags {
  readonly json?: boolean;
}

/** What is known of a folder's model. */
interface Inspection {
  readonly description: string;
  readonly input: readonly number[];
  readonly latent: number;
  readonly posterior: string;
  readonly prior: string;
  readonly likelihood: string;
  readonly objective: string | undefined;
  readonly data: RunConfig["dataset"] | undefined;
  readonly epochs: number | undefined;
  readonly evaluation: Evaluation | undefined;
  readonly layers: readonly LayerLine[];
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly count: number;
  }[];
  readonly onnx: Readonly<Record<string, OnnxDescription>>;
}

/** The model's own folder: `model/` of a run, or the folder itself. */
async function findInModel(
  folder: string,
  name: string,
): Promise<{ file: string; bytes: Buffer } | undefined> {
  for (const place of [folder, path.join(folder, runFiles.model)]) {
    const file = path.join(place, name);
    const bytes = await readIfThere(file);
    if (bytes !== undefined) return { file, bytes };
  }
  return undefined;
}

async function onnxFiles(folder: string): Promise<Record<string, OnnxDescription>> {
  const card = await findInModel(folder, "model.json");
  const found: Record<string, OnnxDescription> = {};
  if (card === undefined) return found;
  for (const name of Object.keys(readCard(card.bytes.toString("utf8"), card.file).files)) {
    const model = await findInModel(folder, name);
    if (model === undefined) continue;
    try {
      found[name] = describeOnnx(model.bytes);
    } catch (cause) {
      throw new UserError(`${model.file} is damaged: it is no ONNX model`, 1, { cause });
    }
  }
  return found;
}

function weightsOf({ weights }: TrainedVae): Inspection["weights"] {
  return Object.entries(weights).map(([name, { shape, data }]) => ({ name, shape, count: data.length }));
}

function familyText({ name, config }: Family): string {
  return formatSpec({ name, config: briefJson(config) });
}

async function inspectionOf(
  folder: string,
  flags: OpenFlags,
): Promise<{ readonly inspection: Inspection; readonly summary: string }> {
  const { model, config } = await openRun(folder, await loadSettings(flags.config), flags.checkpoint);
  const { definition } = model;
  const last = (await readMetrics(folder)).at(-1);
  const objective = config?.objective;
  const inspection = {
    description: definition.describe(),
    input: definition.input,
    latent: definition.latent,
    posterior: familyText(definition.posterior),
    prior: familyText(definition.prior),
    likelihood: familyText(definition.likelihood),
    objective: objective && formatSpec(objective),
    data: config?.dataset,
    epochs: last?.epoch,
    evaluation: last?.evaluation,
    layers: layerLines(definition),
    weights: weightsOf(model),
    onnx: await onnxFiles(folder),
  };
  return { inspection, summary: summaryText(definition) };
}

const shapeText = (shape: readonly (number | string)[]): string => `[${shape.join(", ")}]`;
const valueText = ({ name, type, shape }: OnnxValue): string => `${name} ${type} ${shapeText(shape)}`;

function show(inspection: Inspection, summary: string): void {
  const { description, input, latent, posterior, prior, likelihood, objective, data, epochs, evaluation } =
    inspection;
  const facts: (readonly [string, string | undefined])[] = [
    ["model", description],
    ["input", `${shapeText(input)}, latent ${latent}`],
    ["posterior", posterior],
    ["prior", prior],
    ["likelihood", likelihood],
    ["objective", objective],
    ["data", data && `${data.name}, ${countText(data.train)} train, ${countText(data.test)} test`],
    ["epochs", epochs === undefined ? undefined : String(epochs)],
    [evaluation?.split ?? "", evaluation && evaluationText(evaluation)],
  ];
  print(columns(facts.filter((fact): fact is [string, string] => fact[1] !== undefined)));
  print(`\nlayers\n${summary}`);
  const { weights, onnx } = inspection;
  const total = weights.reduce((sum, { count }) => sum + count, 0);
  print("\nweights");
  print(
    columns(
      [
        ...weights.map(({ name, shape, count }) => [`  ${name}`, shapeText(shape), countText(count)]),
        ["  total", "", countText(total)],
      ],
      [2],
    ),
  );
  for (const [name, { inputs, outputs, nodes }] of Object.entries(onnx)) {
    print(`\n${name} (${nodes} nodes)`);
    for (const value of inputs) print(`  in   ${valueText(value)}`);
    for (const value of outputs) print(`  out  ${valueText(value)}`);
  }
}

async function inspect(this: Cli, flags: InspectFlags, folder: string): Promise<void> {
  const { inspection, summary } = await inspectionOf(folder, flags);
  if (flags.json === true) return print(JSON.stringify(inspection));
  show(inspection, summary);
}

export const inspectCommand = buildCommand<InspectFlags, [folder: string], Cli>({
  func: inspect,
  parameters: {
    positional: folderArgument("Folder of a run or a model"),
    flags: { json: toggle("Print one JSON object"), ...openFlags },
  },
  docs: { brief: "Show what a trained model is made of" },
});
