import { be, requireArgument } from "../catalogue/index.js";
import { type ExampleSchema, isStandardized, requireSchema, wholeSchema } from "../data/portable.js";
import type { Family } from "../distributions/index.js";
import type { Backend } from "../runtime/index.js";
import { formatShape, type Tensor, UserError } from "../tensor/index.js";
import {
  type FamilyConfig,
  requireSameCondition,
  requireSameScale,
  savedConfig,
  type VaeConfig,
  vaeConfig,
  vaeFromConfig,
} from "./config.js";
import { checkedCard } from "./saved.js";
import { classifierFunction, decoderFunction, encoderFunction } from "./functions.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
import { TrainedVae } from "./trained.js";
import { aTrainedModel } from "./trained-options.js";
import type { Vae } from "./vae.js";

/** The latest version of the model folder that this code reads and writes. */
export const bundleVersion = 4;

/**
 * What a model is written as: 4 if it takes a condition, 3 if its numbers are standardised, 2 if z is scaled for its decoder, which readers of
 * earlier versions would overlook.
 */
function versionOf({ latentScale, condition }: Vae, schema: ExampleSchema): number {
  if (condition !== undefined) return 4;
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
 * any ONNX runtime; of a conditional model with an input `condition` [batch, classes] of ones and zeros, and with a classifier
 * `classifier.onnx` beside them), `weights.safetensors` under PyTorch-style names, and `model.json`.
 */
export function bundle(
  model: TrainedVae,
  about: Readonly<Record<string, unknown>> = {},
): Record<string, Uint8Array> {
  requireArgument("bundle", "the model", model, aTrainedModel);
  requireArgument(
    "bundle",
    "what it says about the model",
    about,
    be.having([], "an object of values by name"),
  );
  const { definition, weights, schema } = model;
  const encoder = encoderFunction(definition, weights, { schema }).graph;
  const decoder = decoderFunction(definition, weights, { schema }).graph;
  const classifier = definition.classifier && classifierFunction(definition, weights, { schema }).graph;
  const card: ModelCard = {
    format: "latent-vae",
    version: versionOf(definition, schema),
    model: vaeConfig(definition),
    schema,
    files: {
      "encoder.onnx": { inputs: encoder.inputs, outputs: encoder.outputs },
      "decoder.onnx": { inputs: decoder.inputs, outputs: decoder.outputs },
      ...(classifier && {
        "classifier.onnx": { inputs: classifier.inputs, outputs: classifier.outputs },
      }),
    },
    about,
  };
  return {
    "encoder.onnx": encoder.bytes,
    "decoder.onnx": decoder.bytes,
    ...(classifier && { "classifier.onnx": classifier.bytes }),
    "weights.safetensors": encodeSafetensors(weights, { format: "pt" }),
    "model.json": new TextEncoder().encode(`${JSON.stringify(card, null, 2)}\n`),
  };
}

/**
 * Reads `model.json`. Throws a UserError that names `source`, and the field where it is one, if it is damaged or of a
 * later version.
 */
export function readCard(text: string, source: string): ModelCard {
  const card = checkedCard(text, source, bundleVersion);
  if ("later" in card) {
    throw new UserError(
      `${source} is of version ${card.later}, this latent reads up to ${bundleVersion}; update latent`,
    );
  }
  return { ...card, model: savedConfig(card.model as VaeConfig) } as ModelCard;
}

/** How a saved model is put together again. */
export interface UnbundleOptions {
  /** Looks a saved distribution up by name and options. */
  readonly familyFrom: (config: FamilyConfig) => Family;
  /** In place of what `model.json` describes: for models with networks or distributions of one's own. */
  readonly definition?: Vae;
  readonly openBackend: () => Promise<Backend>;
  /** Names `model.json` in errors. */
  readonly cardSource?: string;
}

/**
 * A model from the contents of `model.json` and `weights.safetensors`. `source` names the weights in errors, `cardSource`
 * (default: the same) what describes them.
 */
export function unbundle(
  card: ModelCard,
  weights: Uint8Array,
  source: string,
  { familyFrom, definition, openBackend, cardSource = source }: UnbundleOptions,
): TrainedVae {
  if (definition !== undefined) {
    requireSameScale(definition, card.model);
    requireSameCondition(definition, card.model);
  }
  const model = definition ?? vaeFromConfig(card.model, familyFrom, cardSource);
  const { tensors } = decodeSafetensors(weights, source);
  const { schema = wholeSchema(model.input) } = card;
  requireSchema(schema, model.input, cardSource);
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
