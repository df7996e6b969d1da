import { type ParameterSpecs, prefixed, unprefixed } from "../nn/index.js";
import type { Family, FamilyContext, Json } from "./family.js";

/** Names of an inner family's parameters, under `prefix`. */
export function prefixedSpecs(prefix: string, specs?: ParameterSpecs): ParameterSpecs {
  return prefixed(prefix, specs);
}

/** What an inner family may use: its own parameters and scheduled numbers, without `prefix`. */
export function scopedContext(context: FamilyContext, prefix: string): FamilyContext {
  const { scheduled } = context;
  return {
    ...context,
    weights: unprefixed(prefix, context.weights),
    ...(scheduled && { scheduled: (name, at) => scheduled(`${prefix}.${name}`, at) }),
  };
}

/** A family as plain data, to stand in the config of another. */
export function specOf({ name, config }: Family): Json {
  return { name, config };
}
