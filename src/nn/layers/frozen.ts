import type { Layer } from "../layer.js";
import { frozenSpecs } from "../parameters.js";
import { chain, layersConfig, requireLayers } from "./chain.js";
import type { LayerInfo } from "./info.js";

/**
 * Layers whose parameters and running statistics don't move: no gradient is taken of them, and they work as in
 * evaluation, without dropout. Gradients flow through them to what comes before. Parameters are numbered as in `sequential`.
 */
export function frozen(layers: readonly Layer[]): Layer {
  requireLayers("frozen", layers);
  return {
    name: "frozen",
    config: { layers: layersConfig(layers) },
    build(inShape) {
      const inner = chain(layers, inShape);
      return {
        ...inner,
        parameters: frozenSpecs(inner.parameters),
        apply: (x, context) => inner.apply(x, { ...context, mode: "evaluate" }),
      };
    },
  };
}

/** What the catalogue knows of it. */
export const frozenInfo: LayerInfo = {
  name: "frozen",
  description: "layers that training does not change",
  options: { layers: { type: "layers", about: "the layers" } },
  examples: ["frozen(layers=[linear(out=3), batch-norm, dropout, tanh])"],
  make: ({ layers }) => frozen(layers as readonly Layer[]),
};
