import type { Expr } from "../graph/index.js";
import { filledWith, weightNamed } from "../nn/index.js";
import { sizeOf, UserError } from "../tensor/index.js";
import { independent } from "./distribution.js";
import type { Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { normal } from "./normal.js";

/** Options of the normal likelihood with one learned scale. */
export interface SharedNormalOptions {
  /** The standard deviation at the start of training; default 0.3. */
  readonly initialScale?: number;
}

/** Makes normal likelihoods with one learned scale. */
export interface SharedNormalFactory {
  (options?: SharedNormalOptions): Family;
  readonly familyName: "shared-normal";
  readonly info: FamilyInfo;
}

const name = "shared-normal";

function family(options: SharedNormalOptions = {}): Family {
  const { initialScale = 0.3 } = options;
  if (!(initialScale > 0))
    throw new UserError(`${name}: "initialScale" must be above 0, got ${initialScale}`, 2);
  return {
    name,
    config: { ...options },
    support: "real",
    weights: () => ({ logScale: { shape: [], init: filledWith(Math.log(initialScale)) } }),
    rawSize: (event) => sizeOf(event),
    fromRaw: (raw, event, { weights }) => {
      const loc = raw.reshape([...raw.shape.slice(0, -1), ...event]);
      const scale: Expr = weightNamed(weights, "logScale", []).exp();
      return independent(normal.of({ loc, scale }), event.length);
    },
    prior: () => {
      throw new UserError(`${name} is a likelihood; as a prior take normal`, 2);
    },
  };
}

const info: FamilyInfo = {
  name,
  description: "normal around the decoder's output, with one learned scale for all numbers",
  roles: ["likelihood"],
  examples: ["shared-normal", "shared-normal(initial-scale=2)"],
  options: {
    initialScale: { type: "number", about: "the standard deviation at the start of training", default: 0.3 },
  },
  make: (options) => family(options),
};

/**
 * The normal likelihood with one learned standard deviation for all numbers of all examples (Rybkin, Daniilidis
 * and Levine, Simple and Effective VAE Training with Calibrated Decoders, 2021). With a fixed one it is
 * `normal({ scale })`, with one for each number `normal()`.
 */
export const sharedNormal: SharedNormalFactory = familyFactory(family, { familyName: name, info } as const);
