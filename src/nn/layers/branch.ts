import { concat } from "../../ops/index.js";
import { be, type ChecksOf, formatShape, requireOptions, sameShape, UserError } from "../../tensor/index.js";
import type { Layer } from "../layer.js";
import { layersConfig, parallel, requireLayers } from "./chain.js";
import type { LayerInfo } from "./info.js";
import { chosen } from "./options.js";

const joins = ["concat", "add"] as const;

/** How a `branch` is built. */
export interface BranchOptions {
  /** What becomes of what the layers put out: side by side along the last axis (`concat`, default), or added up (`add`). */
  readonly join?: (typeof joins)[number];
}

/** Throws a UserError unless shapes can be joined; `skip` axes from the end may differ. */
function requireAlike(join: string, shapes: readonly (readonly number[])[], skip: number): void {
  const [first = [], ...others] = shapes;
  const part = (shape: readonly number[]): readonly number[] => shape.slice(0, shape.length - skip);
  const odd = others.find((shape) => shape.length !== first.length || !sameShape(part(shape), part(first)));
  if (odd === undefined && first.length >= skip) return;
  const [one, other] = [first, odd ?? first].map(formatShape);
  throw new UserError(`branch: the layers put out ${one} and ${other}, which ${join} can't join`, 2);
}

/**
 * Layers side by side, each given x; what they put out is joined. Parameters are under the layers' numbers, from 0. Throws
 * a UserError for no layers and, when it is built, if what they put out can't be joined.
 */
export function branch(layers: readonly Layer[], options: BranchOptions = {}): Layer {
  requireLayers("branch", layers);
  if (layers.length === 0) throw new UserError("branch: takes at least one layer", 2);
  requireOptions("branch", options, { join: be.oneOf(joins) } satisfies ChecksOf<BranchOptions>);
  const { join = "concat" } = options;
  return {
    name: "branch",
    config: { layers: layersConfig(layers), ...chosen({ join }, { join: "concat" }) },
    build(inShape) {
      const { outShapes, applyAll, ...rest } = parallel(layers, inShape);
      requireAlike(join, outShapes, join === "concat" ? 1 : 0);
      const [first = []] = outShapes;
      const last = outShapes.reduce((sum, shape) => sum + (shape.at(-1) as number), 0);
      return {
        ...rest,
        outShape: join === "add" ? first : [...first.slice(0, -1), last],
        apply(x, context) {
          const values = applyAll(x, context);
          return join === "concat" ? concat(values, -1) : values.reduce((a, b) => a.add(b));
        },
      };
    },
  };
}

/** What the catalogue knows of it. */
export const branchInfo: LayerInfo = {
  name: "branch",
  description: "layers side by side, joined at their ends",
  options: {
    layers: { type: "layers", about: "the layers, each given x" },
    join: { type: "text", choices: joins, default: "concat", about: "side by side, or added up" },
  },
  examples: [
    "branch(layers=[linear(out=3), sequential(layers=[tanh, linear(out=2), batch-norm])])",
    "branch(layers=[linear(out=3), linear(out=3, bias=false)], join=add)",
  ],
  make: ({ layers, ...options }) => branch(layers as readonly Layer[], options),
};
