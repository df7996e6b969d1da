import { formatSpec, type Json } from "../../catalogue/index.js";
import { UserError } from "../../tensor/index.js";
import type { Expr } from "../../graph/index.js";
import { type NetworkContext, partContext } from "../context.js";
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

interface Part {
  readonly name: string;
  readonly layer: Layer;
  readonly built: Built;
}

type Whole = Required<Pick<Built, "parameters" | "state" | "layers">>;

/** Parameters, state and layers of parts, under their names. */
function assembled(parts: readonly Part[]): Whole {
  const all = (specs: (built: Built) => ParameterSpecs | undefined): ParameterSpecs =>
    Object.assign({}, ...parts.map(({ name, built }) => prefixed(name, specs(built)))) as ParameterSpecs;
  return {
    parameters: all(({ parameters }) => parameters),
    state: all(({ state }) => state),
    layers: parts.flatMap(({ name, layer, built }) => summary(name, layer, built)),
  };
}

/** Layers one after the other, their parameters under their numbers (`torch.nn.Sequential`), or under other names. */
export function chain(
  layers: readonly Layer[],
  inShape: readonly number[],
  nameOf = (place: number): string => String(place),
): Built & { readonly layers: readonly LayerSummary[] } {
  const parts: Part[] = [];
  let outShape = inShape;
  for (const [i, layer] of layers.entries()) {
    const built = layer.build(outShape);
    parts.push({ name: nameOf(i), layer, built });
    outShape = built.outShape;
  }
  return {
    outShape,
    ...assembled(parts),
    apply: (x, context) =>
      parts.reduce((value, { name, built }) => built.apply(value, partContext(context, name)), x),
  };
}

/** Layers that are all given the same, their parameters under their numbers. */
export function parallel(
  layers: readonly Layer[],
  inShape: readonly number[],
): Whole & {
  readonly outShapes: readonly (readonly number[])[];
  applyAll(x: Expr, context: NetworkContext): Expr[];
} {
  const parts = layers.map((layer, i): Part => ({ name: String(i), layer, built: layer.build(inShape) }));
  return {
    ...assembled(parts),
    outShapes: parts.map(({ built }) => built.outShape),
    applyAll: (x, context) => parts.map(({ name, built }) => built.apply(x, partContext(context, name))),
  };
}

/** Named layers that a layer is made of: their parameters and state under their names, and how one is applied. */
export function composed(built: Readonly<Record<string, Built>>): Required<
  Pick<Built, "parameters" | "state">
> & {
  applyPart(name: string, x: Expr, context: NetworkContext): Expr;
} {
  const all = (specs: (built: Built) => ParameterSpecs | undefined): ParameterSpecs =>
    Object.assign(
      {},
      ...Object.entries(built).map(([name, part]) => prefixed(name, specs(part))),
    ) as ParameterSpecs;
  return {
    parameters: all(({ parameters }) => parameters),
    state: all(({ state }) => state),
    applyPart(name, x, context) {
      const part = built[name];
      if (part === undefined) throw new Error(`there is no part "${name}"`);
      return part.apply(x, partContext(context, name));
    },
  };
}
