import path from "node:path";
import {
  be,
  type Check,
  type ChecksOf,
  hasMembers,
  requireArgument,
  requireOptions,
} from "../catalogue/index.js";
import {
  type ExampleSchema,
  readIfThere,
  requireFolder,
  requireSchema,
  wholeSchema,
  writeWhole,
} from "../data/index.js";
import { aTrainedModel, bundle, readCard, TrainedVae, type Vae } from "../model/index.js";
import {
  checkMapping,
  decodeStateDict,
  encodeStateDict,
  exportState,
  importState,
  recordIn,
  type StateDict,
  type TorchMapping,
  type TorchRecord,
} from "../model/torch/index.js";
import { UserError } from "../tensor/index.js";
import type { Platform } from "../train/portable.js";
import { loadModelOn, type LoadOptions } from "./load.js";
import { writeModelFolder } from "./model-folder.js";
import { aModel } from "./options.js";
import { folderPlace } from "./place/folder-place.js";
import { runFiles } from "./run-files.js";

/** How PyTorch's weights are read. */
export interface ImportTorchOptions {
  /** Whose numbers the names are, where names, order and shapes don't tell: PyTorch's names and ours. */
  readonly map?: TorchMapping;
  /** What the numbers of an example are; default: bytes are x/255, floats as they are. */
  readonly schema?: ExampleSchema;
  /** The folder to write the model to, as `loadModel` reads it; default: it is not written. */
  readonly out?: string;
}

/** A model with PyTorch's weights. */
export interface TorchImport {
  readonly model: TrainedVae;
  /** How the file looked, for an export that gives it back. */
  readonly record: TorchRecord;
  /** Our names by PyTorch's; rows as `[from:to]`. */
  readonly names: Readonly<Record<string, string>>;
  /** Sentences on what was done beside copying. */
  readonly notes: readonly string[];
}

/** How PyTorch's weights are written. */
export interface ExportTorchOptions extends LoadOptions {
  /** PyTorch's names and ours, as for the import; default: those of the file that the model was imported from, else ours. */
  readonly map?: TorchMapping;
  /** What an import told of its file, for a model that is in no folder. */
  readonly record?: TorchRecord;
  /** The file to write, such as `model.safetensors`; default: it is not written. */
  readonly out?: string;
}

const importChecks = {
  map: be.anything, // read with the name of what is wrong
  schema: be.anything,
  out: be.text,
} as const satisfies ChecksOf<ImportTorchOptions>;
const exportChecks = {
  map: be.anything,
  record: be.anything, // read with the name of what is wrong
  out: be.text,
  definition: be.anything,
  families: be.callable,
  checkpoint: be.oneOf(["last", "best"]),
} as const satisfies ChecksOf<ExportTorchOptions>;

const aStateDict: Check = {
  expected: "the path of a safetensors file, or its bytes as a Uint8Array",
  ok: (value) => be.text.ok(value) || be.bytes.ok(value) || hasMembers(value, ["dict", "file"]),
};
const aModelOrFolder: Check = {
  expected: `a run's or model's folder, or ${aTrainedModel.expected}`,
  ok: (value) => be.text.ok(value) || aTrainedModel.ok(value),
};

/** A `state_dict` out of a safetensors file, or its bytes. Throws a UserError if it can't be read or is damaged. */
export async function readStateDict(source: string | Uint8Array): Promise<StateDict> {
  if (typeof source !== "string") return decodeStateDict(source, "the state_dict");
  const bytes = await readIfThere(source);
  if (bytes === undefined) throw new UserError(`can't read ${source}: it does not exist: check the path`);
  return decodeStateDict(bytes, source);
}

async function requireFree(folder: string): Promise<void> {
  for (const name of [runFiles.config, "model.json"]) {
    if ((await readIfThere(path.join(folder, name))) === undefined) continue;
    throw new UserError(
      `${folder} holds a ${name === "model.json" ? "model" : "run"} already; choose another \`out\``,
    );
  }
}

/**
 * A model with the weights of a PyTorch `state_dict`, a safetensors file or its bytes: matched by names, else by order and
 * shapes, else by `map`; separate heads of mean and log-variance become rows of one linear layer; flattened pictures are put
 * into our order of pixels (channels last). Throws a UserError that lists what is missing, unexpected, of another shape or
 * ambiguous, and for files that are damaged or of torch.save.
 */
export async function importTorchOn(
  platform: Platform,
  source: string | Uint8Array | { readonly dict: StateDict; readonly file: string },
  definition: Vae,
  options: ImportTorchOptions = {},
): Promise<TorchImport> {
  requireArgument("importTorch", "source", source, aStateDict);
  requireArgument("importTorch", "the model", definition, aModel);
  requireOptions("importTorch", options, importChecks);
  const { map = {}, schema = wholeSchema(definition.input), out } = options;
  requireSchema(schema, definition.input, "importTorch");
  const read = typeof source === "string" || source instanceof Uint8Array;
  const dict = read ? await readStateDict(source) : source.dict;
  if (out !== undefined) await requireFree(out);
  const file = typeof source === "string" ? source : read ? undefined : source.file;
  const mapping = checkMapping(map, "importTorch: map");
  const { weights, record, match, notes } = importState(dict, definition, {
    mapping,
    source: file ?? "the state_dict",
  });
  const model = new TrainedVae(definition, weights, platform.openBackend.bind(platform), schema);
  if (out !== undefined) {
    await requireFolder(out);
    const about = {
      torch: record,
      ...(file !== undefined && { importedFrom: path.basename(file) }),
    };
    await writeModelFolder({ place: folderPlace(out), folder: "" }, bundle(model, about));
  }
  const names = Object.entries(match.targets).map(([torch, { array, rows }]): [string, string] => [
    torch,
    rows === undefined ? array : `${array}[${rows[0]}:${rows[1]}]`,
  ]);
  return { model, record, names: Object.fromEntries(names), notes };
}

/** What an import has kept with the model in a folder. */
async function recordOf(folder: string): Promise<TorchRecord | undefined> {
  const file = path.join(folder, "model.json");
  const text = await readIfThere(file);
  return text && recordIn(readCard(text.toString("utf8"), file).about, file);
}

/**
 * A model's weights as a PyTorch `state_dict` in a safetensors file: those of a run's or model's folder, or of a model in
 * memory. A model that was imported has the names, shapes and types of its file, and is the same bit for bit if nothing was
 * changed; another has our names, which are those of an `nn.Sequential` of the same layers, or those of `map`. Throws a
 * UserError for a mapping that doesn't fit, and as `loadModel` does.
 */
export async function exportTorchOn(
  platform: Platform,
  source: string | TrainedVae,
  options: ExportTorchOptions = {},
): Promise<Uint8Array> {
  requireArgument("exportTorch", "source", source, aModelOrFolder);
  requireOptions("exportTorch", options, exportChecks);
  const { map, out, record: told, ...load } = options;
  const inFolder = typeof source === "string";
  const model = inFolder ? await loadModelOn(platform, source, load) : source;
  const checked = recordIn({ torch: told }, "exportTorch: record");
  const record = checked ?? (inFolder ? await recordOf(source) : undefined);
  const dict = exportState(model.definition, model.weights, {
    ...(record && { record }),
    ...(map !== undefined && { mapping: checkMapping(map, "exportTorch: map") }),
  });
  const bytes = encodeStateDict(dict);
  if (out !== undefined) {
    if (!/\.safetensors$/i.test(out))
      throw new UserError(`weights are written as .safetensors, not to ${out}`, 2);
    await requireFolder(path.dirname(out));
    await writeWhole(out, bytes);
  }
  return bytes;
}
