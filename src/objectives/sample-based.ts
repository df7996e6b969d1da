import type { ObjectiveContext } from "./objective.js";
import { forward, forwardMean, type Pass } from "./terms.js";

/** How an objective that compares samples encodes. */
export const encoderKinds = ["random", "deterministic"] as const;

/** `random`: a draw of the posterior. `deterministic`: its mean. */
export type EncoderKind = (typeof encoderKinds)[number];

/** Encodes, draws as `encoder` says, and decodes. Throws a UserError if the posterior can't do that. */
export function encoded(context: ObjectiveContext, encoder: EncoderKind, objective: string): Pass {
  const remedy = `choose ${objective}(encoder=random), or another posterior`;
  return encoder === "random" ? forward(context) : forwardMean(context, objective, remedy);
}
