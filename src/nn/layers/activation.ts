import { activationConfig, type ActivationLike, activationOf, activations } from "../activations.js";
import type { Layer } from "../layer.js";
import type { LayerInfo } from "./info.js";

/** An activation as a layer. Throws a UserError, with a suggestion, if there is none of that name. */
export function activation(of: ActivationLike): Layer {
  const known = activationOf(of);
  return {
    name: "activation",
    config: { of: activationConfig(known) },
    build: (inShape) => ({ outShape: inShape, apply: (x) => known.apply(x) }),
  };
}

/** What the catalogue knows of it. */
export const activationInfo: LayerInfo = {
  name: "activation",
  description: "an activation, such as relu; in a list of layers its name alone will do",
  options: { of: { type: "activation", about: "which one" } },
  examples: activations.examples().map(({ text }) => `activation(of=${text})`),
  make: ({ of }) => activation(of as ActivationLike),
};
