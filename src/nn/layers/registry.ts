import { Catalogue, type Json, parseSpec, type Spec, suggestion } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import {
  type Activation,
  type ActivationLike,
  activationOf,
  activations,
  isActivation,
} from "../activations.js";
import { initialisationOf } from "../init/index.js";
import type { Layer } from "../layer.js";
import { activation, activationInfo } from "./activation.js";
import { batchNormInfo } from "./batch-norm.js";
import { convInfo } from "./conv.js";
import { convTransposeInfo } from "./conv-transpose.js";
import { dropoutInfo } from "./dropout.js";
import { flattenInfo } from "./flatten.js";
import { frozenInfo } from "./frozen.js";
import type { LayerInfo } from "./info.js";
import { layerNormInfo } from "./layer-norm.js";
import { linearInfo } from "./linear.js";
import { reshapeInfo } from "./reshape.js";
import { residualInfo } from "./residual.js";
import { sequentialInfo } from "./sequential.js";
import { avgPoolInfo } from "./avg-pool.js";
import { branchInfo } from "./branch.js";
import { cropInfo } from "./crop.js";
import { globalAvgPoolInfo } from "./global-avg-pool.js";
import { groupNormInfo } from "./group-norm.js";
import { instanceNormInfo } from "./instance-norm.js";
import { maxPoolInfo } from "./max-pool.js";
import { pixelShuffleInfo } from "./pixel-shuffle.js";
import { preluInfo } from "./prelu.js";
import { reflectionPadInfo } from "./reflection-pad.js";
import { selfAttentionInfo } from "./self-attention.js";
import { squeezeExciteInfo } from "./squeeze-excite.js";
import { residualBlockInfo } from "./residual-block.js";
import { upsampleConvInfo } from "./upsample-conv.js";
import { upsampleInfo } from "./upsample.js";
import { weightNormInfo } from "./weight-norm.js";
import { zeroPadInfo } from "./zero-pad.js";

/** A layer, an activation, or the text or plain data of either: `linear(out=64)`, `relu`. */
export type LayerLike = Layer | Activation | ActivationLike;

function isSizes(value: Json): boolean {
  const all: readonly Json[] = Array.isArray(value) ? (value as readonly Json[]) : [value];
  return all.length > 0 && all.every(Number.isInteger);
}

/** Readers of the option types that networks and layers have beside the basic ones. */
export const layerReaders = {
  activation: (value: Json) => activationOf(value as string),
  init: (value: Json) => initialisationOf(value as string),
  layer: (value: Json) => layerOf(value as string),
  sizes: (value: Json, wrong: (expected: string) => never) =>
    isSizes(value) ? value : wrong("a whole number, or a list of one for each axis, such as [2, 2]"),
  layers: (value: Json, wrong: (expected: string) => never) =>
    Array.isArray(value)
      ? (value as readonly Json[]).map((one) => layerOf(one as string))
      : wrong("a list of layers, such as [linear(out=64), relu]"),
};

/** The layers that can be chosen by name. */
export const layers: Catalogue<Layer, LayerInfo> = new Catalogue<Layer, LayerInfo>(
  { kind: "layer", readers: layerReaders },
  [
    linearInfo,
    convInfo,
    convTransposeInfo,
    activationInfo,
    dropoutInfo,
    batchNormInfo,
    layerNormInfo,
    flattenInfo,
    reshapeInfo,
    sequentialInfo,
    residualInfo,
    frozenInfo,
    avgPoolInfo,
    branchInfo,
    cropInfo,
    globalAvgPoolInfo,
    groupNormInfo,
    instanceNormInfo,
    maxPoolInfo,
    pixelShuffleInfo,
    preluInfo,
    reflectionPadInfo,
    residualBlockInfo,
    selfAttentionInfo,
    squeezeExciteInfo,
    upsampleInfo,
    upsampleConvInfo,
    weightNormInfo,
    zeroPadInfo,
  ],
);

/** The layer that is meant. Throws a UserError, with a suggestion, if there is neither layer nor activation of that name. */
export function layerOf(value: LayerLike): Layer {
  if (typeof value === "object" && value !== null && "build" in value) return value;
  if (isActivation(value)) return activation(value);
  const spec: Spec = typeof value === "string" ? parseSpec(value) : value;
  if (typeof spec?.name !== "string") {
    throw new UserError(`a layer must be written like linear(out=64), got ${JSON.stringify(value)}`, 2);
  }
  const { name, config = {} } = spec;
  if (layers.find(name) !== undefined) return layers.from({ name, config });
  if (activations.find(name) !== undefined) return activation({ name, config });
  throw new UserError(
    `unknown layer "${name}"; ${suggestion(name, [...layers.names, ...activations.names])}`,
    2,
  );
}
