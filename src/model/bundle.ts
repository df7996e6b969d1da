import { type ExampleSchema, isStandardized, requireSchema, wholeSchema } from "../data/portable.js";
import type { Family } from "../distributions/index.js";
import type { Backend } from "../runtime/index.js";
import { formatShape, type Tensor, UserError } from "../tensor/index.js";
import {
  type FamilyConfig,
  requireSameScale,
  savedConfig,
  type VaeConfig,
  vaeConfig,
  vaeFromConfig,
} from "./config.js";
import { decoderFunction, encoderFunction } from "./functions.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
import { TrainedVae } from "./trained.js";
import type { Vae } from "./vae.js";

/** The latest version of the model folder that this code reads and writes. */
export const bundleVersion = 3;

/**
 * What a model is written as: 3 if its numbers are standardised, 2 if z is scaled for its decoder, which readers of
 * earlier versions would overlook.
 */
function versionOf({ latentScale }: Vae, schema: ExampleSchema): number {
  if (isStandardized(schema)) return 3;
  return latentScale === 1 ? 1 : 2;
}

/** What `model.json` says. */
export interface ModelCard {
  readonly format: "latent-vae";
  readonly version: number;
  readonly model: VaeConfig;
  /** What the numbers of an example are. Models of 0.1.0 have none: bytes are x/255, floats as they are. */
  readonly schema?: ExampleSchema;
  /** Names of the inputs and outputs of the ONNX files. */
  readonly files: Readonly<
    Record<string, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>
  >;
  /** What the maker wants to keep with it: data set, objective, figures. */
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * A trained model as files, by name: `encoder.onnx` and `decoder.onnx` (weights inside, free batch size, run by
 * any ONNX runtime), `weights.safetensors` under PyTorch-style names, and `model.json`.
 */
export function bundle(
  model: TrainedVae,
  about: Readonly<Record<string, unknown>> = {},
): Record<string, Uint8Array> {
  const { definition, weights, schema } = model;
  const encoder = encoderFunction(definition, weights, { schema }).graph;
  const decoder = decoderFunction(definition, weights, { schema }).graph;
  const card: ModelCard = {
    format: "latent-vae",
    version: versionOf(definition, schema),
    model: vaeConfig(definition),
    schema,
    files: {
      "encoder.onnx": { inputs: encoder.inputs, outputs: encoder.outputs },
      "decoder.onnx": { inputs: decoder.inputs, outputs: decoder.outputs },
    },
    about,
  };
  return {
    "encoder.onnx": encoder.bytes,
    "decoder.onnx": decoder.bytes,
    "weights.safetensors": encodeSafetensors(weights, { format: "pt" }),
    "model.json": new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`),
  };
}

/** Reads `model.json`. Throws a UserError naming `source` if it is not one or of a later version. */
export function readCard(text: string, source: string): ModelCard {
  let card: Partial<ModelCard>;
  try {
    card = JSON.parse(text) as Partial<ModelCard>;
  } catch (error) {
    throw new UserError(`${source} is not valid JSON; the model must be saved again`, 1, { cause: error });
  }
  if (card.format !== "latent-vae" || card.model === undefined || typeof card.version !== "number") {
    throw new UserError(`${source} does not describe a latent model`);
  }
  if (card.version > bundleVersion) {
    throw new UserError(
      `${source} is of version ${card.version}, this latent reads up to ${bundleVersion}; update latent`,
    );
  }
  return { ...(card as ModelCard), model: savedConfig(card.model) };
}

/** How a saved model is put together again. */
export interface UnbundleOptions {
  /** Looks a saved distribution up by name and options. */
  readonly familyFrom: (config: FamilyConfig) => Family;
  /** In place of what `model.json` describes: for models with networks or distributions of one's own. */
  readonly definition?: Vae;
  readonly openBackend: () => Promise<Backend>;
}

/** A model from the contents of `model.json` and `weights.safetensors`; `source` names them in errors. */
export function unbundle(
  card: ModelCard,
  weights: Uint8Array,
  source: string,
  { familyFrom, definition, openBackend }: UnbundleOptions,
): TrainedVae {
  if (definition !== undefined) requireSameScale(definition, card.model);
  const model = definition ?? vaeFromConfig(card.model, familyFrom);
  const { tensors } = decodeSafetensors(weights, source);
  const { schema = wholeSchema(model.input) } = card;
  requireSchema(schema, model.input, source);
  return new TrainedVae(model, weightsOf(model, tensors, source), openBackend, schema);
}

/** A model's weights out of the tensors in a file. Throws a UserError that names `source` and the one which doesn't fit. */
export function weightsOf(
  model: Vae,
  tensors: Readonly<Record<string, Tensor>>,
  source: string,
): Record<string, Tensor> {
  const own = Object.entries(model.parameters).map(([name, { shape }]) => {
    const value = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (value === undefined) throw new UserError(`${source} has no weights named "${name}"`);
    const found = `${value.dtype} ${formatShape(value.shape)}`;
    const wanted = `float32 ${formatShape(shape)}`;
    if (found !== wanted)
      throw new UserError(`${source} has ${found} for "${name}", the model takes ${wanted}`);
    return [name, value] as const;
  });
  return Object.fromEntries(own);
}
