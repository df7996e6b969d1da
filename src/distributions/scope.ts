import type { ParameterSpecs, Weights } from "../nn/index.js";
import type { Family, FamilyContext, Json } from "./family.js";

/** Names of an inner family's parameters, under `prefix`. */
export function prefixedSpecs(prefix: string, specs: ParameterSpecs = {}): ParameterSpecs {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [`${prefix}.${name}`, spec]));
}

/** What an inner family may use: its own parameters and scheduled numbers, without `prefix`. */
export function scopedContext(context: FamilyContext, prefix: string): FamilyContext {
  const own = Object.entries(context.weights).filter(([name]) => name.startsWith(`${prefix}.`));
  const weights: Weights = Object.fromEntries(
    own.map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );
  const { scheduled } = context;
  return {
    ...context,
    weights,
    ...(scheduled && { scheduled: (name, at) => scheduled(`${prefix}.${name}`, at) }),
  };
}

/** A family as plain data, to stand in the config of another. */
export function specOf({ name, config }: Family): Json {
  return { name, config };
}
