import { reflect } from "../../ops/index.js";
import { formatShape, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { paddingInfo, paddingLayer, type PaddingOptions } from "./padding.js";

/**
 * The axes before the channels mirrored at their first and last elements, `torch.nn.ReflectionPad2d` and its kind. Throws a
 * UserError for an option that is no whole number from 0 and, when it is built, where there is too little to mirror.
 */
export function reflectionPad(options: PaddingOptions = {}): Layer {
  return paddingLayer(reflectionPadInfo, options, reflect, (length, added, inShape) => {
    if (added === 0 || added < length) return;
    throw new UserError(
      `reflection-pad: ${added} elements can't be mirrored in examples of shape ${formatShape(inShape)}: ` +
        "it must be less than the length of the axis",
      2,
    );
  });
}

/** What the catalogue knows of it. */
export const reflectionPadInfo: LayerInfo = {
  ...paddingInfo,
  name: "reflection-pad",
  description: "mirrored around",
  examples: paddingInfo.examplesOf("reflection-pad"),
  make: reflectionPad,
};
