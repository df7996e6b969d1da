import { formatSpec } from "../catalogue/index.js";
import type { Expr } from "../graph/index.js";
import {
  type BuiltNetwork,
  countParameters,
  type LayerSummary,
  type Network,
  type NetworkContext,
  type ParameterSpecs,
  partContext,
  prefixed,
  reshaped,
} from "../nn/index.js";
import { formatShape, sameShape, sizeOf, UserError } from "../tensor/index.js";

/** An encoder's, decoder's or classifier's network in a model, its parameters under the part's name. */
export interface Part {
  readonly parameters: ParameterSpecs;
  readonly state: ParameterSpecs;
  readonly layers: readonly LayerSummary[];
  /** Its sizes in one line. */
  readonly text: string;
  /** Flat examples [..., numbers] to flat ones. */
  apply(x: Expr, context: NetworkContext): Expr;
}

/** `784-400-20` or `28x28x1-64-20`: every shape on the way that is another than the one before. */
function shapesInWords(inShape: readonly number[], built: BuiltNetwork): string {
  const shapes = [inShape, ...(built.layers ?? []).map(({ outShape }) => outShape), built.outShape];
  const changed = shapes.filter((shape, i) => i === 0 || !sameShape(shape, shapes[i - 1] ?? []));
  return changed.map((shape) => shape.join("x")).join("-");
}

/** A network's layers, or the whole of it as one where it doesn't say them. */
function layersOf(part: string, network: Network, built: BuiltNetwork): LayerSummary[] {
  if (built.layers !== undefined)
    return built.layers.map((layer) => ({ ...layer, name: `${part}.${layer.name}` }));
  const { outShape, parameters = {} } = built;
  return [{ name: part, layer: formatSpec(network), outShape, parameters: countParameters(parameters) }];
}

/** Throws a UserError if a network's parameters or state are not as `ParameterSpecs` have to be. */
function requireDistinct(part: string, { name }: Network, built: BuiltNetwork): void {
  const both = Object.keys(built.state ?? {}).find((key) => Object.hasOwn(built.parameters ?? {}, key));
  if (both === undefined) return;
  throw new UserError(`the ${part} "${name}" has both a parameter and a state named "${both}"`, 2);
}

/** A network in its place in a model, from examples of shape `inShape` to ones of `outShape`; the data's are of shape `example`. */
export function partOf(
  part: "encoder" | "decoder" | "classifier",
  network: Network,
  inShape: readonly number[],
  outShape: readonly number[],
  example = inShape,
): Part {
  const built = network.build(inShape, outShape, { part: part === "decoder" ? part : "encoder", example });
  requireDistinct(part, network, built);
  return {
    parameters: prefixed(part, built.parameters),
    state: prefixed(part, built.state),
    layers: layersOf(part, network, built),
    text: built.text ?? shapesInWords(inShape, built),
    apply(x, context) {
      const y = built.apply(reshaped(x, [sizeOf(inShape)], inShape), partContext(context, part));
      const expected = [...x.shape.slice(0, -1), ...outShape];
      if (!sameShape(y.shape, expected)) {
        const [got, wanted] = [y.shape, expected].map(formatShape);
        throw new UserError(`the ${part} "${network.name}" puts out ${got}, expected ${wanted}`, 2);
      }
      return reshaped(y, outShape, [sizeOf(outShape)]);
    },
  };
}
