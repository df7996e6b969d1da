import { formatShape, sameShape, UserError } from "../../tensor/index.js";
import "../../ops/index.js";
import type { Layer } from "../layer.js";
import { chain, layersConfig, requireLayers } from "./chain.js";
import type { LayerInfo } from "./info.js";

/**
 * x plus what layers make of it (He et al., 2016); parameters are numbered as in `sequential`. Throws a UserError, when it
 * is built, if the layers put out another shape than they are given.
 */
export function residual(layers: readonly Layer[]): Layer {
  requireLayers("residual", layers);
  return {
    name: "residual",
    config: { layers: layersConfig(layers) },
    build(inShape) {
      const inner = chain(layers, inShape);
      if (!sameShape(inner.outShape, inShape)) {
        const [given, got] = [inShape, inner.outShape].map(formatShape);
        throw new UserError(
          `residual: the layers are given ${given} and put out ${got}, which can't be added`,
          2,
        );
      }
      return { ...inner, apply: (x, context) => x.add(inner.apply(x, context)) };
    },
  };
}

/** What the catalogue knows of it. */
export const residualInfo: LayerInfo = {
  name: "residual",
  description: "x plus what layers make of it",
  options: { layers: { type: "layers", about: "the layers, which keep the shape" } },
  examples: ["residual(layers=[tanh, layer-norm])", "residual(layers=[linear(out=3), silu])"],
  shapes: [[3], [2, 3]],
  make: ({ layers }) => residual(layers as readonly Layer[]),
};
