import { formatSpec, type Json } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import { partContext } from "../context.js";
import type { Built, Layer, LayerSummary } from "../layer.js";
import { countParameters, type ParameterSpecs } from "../parameters.js";
import { prefixed } from "../scope.js";

/** Throws a UserError unless `layers` is a list of layers. */
export function requireLayers(where: string, layers: unknown): asserts layers is readonly Layer[] {
  const isLayer = (one: unknown): boolean =>
    typeof one === "object" && one !== null && "build" in one && typeof one.build === "function";
  if (Array.isArray(layers) && layers.every(isLayer)) return;
  throw new UserError(
    `${where}: layers must be a list of layers, such as [linear(64), activation("relu")]`,
    2,
  );
}

/** Layers as plain data. */
export function layersConfig(layers: readonly Layer[]): Json {
  return layers.map(({ name, config }) => ({ name, config }));
}

function summary(name: string, layer: Layer, built: Built): readonly LayerSummary[] {
  if (built.layers !== undefined) return built.layers.map((one) => ({ ...one, name: `${name}.${one.name}` }));
  const parameters = countParameters(built.parameters ?? {});
  return [{ name, layer: formatSpec(layer), outShape: built.outShape, parameters }];
}

/** Layers one after the other, their parameters under their numbers (`torch.nn.Sequential`), or under other names. */
export function chain(
  layers: readonly Layer[],
  inShape: readonly number[],
  nameOf = (place: number): string => String(place),
): Built & { readonly layers: readonly LayerSummary[] } {
  const parts: { readonly name: string; readonly layer: Layer; readonly built: Built }[] = [];
  let outShape = inShape;
  for (const [i, layer] of layers.entries()) {
    const built = layer.build(outShape);
    parts.push({ name: nameOf(i), layer, built });
    outShape = built.outShape;
  }
  const all = (specs: (built: Built) => ParameterSpecs | undefined): ParameterSpecs =>
    Object.assign({}, ...parts.map(({ name, built }) => prefixed(name, specs(built)))) as ParameterSpecs;
  return {
    outShape,
    parameters: all(({ parameters }) => parameters),
    state: all(({ state }) => state),
    layers: parts.flatMap(({ name, layer, built }) => summary(name, layer, built)),
    apply: (x, context) =>
      parts.reduce((value, { name, built }) => built.apply(value, partContext(context, name)), x),
  };
}
