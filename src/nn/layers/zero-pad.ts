import { pad } from "../../ops/index.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";
import { paddingInfo, paddingLayer, type PaddingOptions } from "./padding.js";

/**
 * Zeros around the axes before the channels, `torch.nn.ZeroPad2d` and its kind. Throws a UserError for an option that is
 * no whole number from 0.
 */
export function zeroPad(options: PaddingOptions = {}): Layer {
  return paddingLayer(zeroPadInfo, options, pad);
}

/** What the catalogue knows of it. */
export const zeroPadInfo: LayerInfo = {
  ...paddingInfo,
  name: "zero-pad",
  description: "zeros around",
  examples: paddingInfo.examplesOf("zero-pad"),
  make: zeroPad,
};
