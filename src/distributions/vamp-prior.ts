import { constant } from "../graph/index.js";
import { type Initializer, normalWith, weightNamed } from "../nn/index.js";
import { UserError } from "../tensor/index.js";
import type { Family } from "./family.js";
import { familyFactory } from "./factory.js";
import type { FamilyInfo } from "./info.js";
import { mixtureOf } from "./mixture.js";

const name = "vamp-prior";

/** Options of the VampPrior. */
export interface VampPriorOptions {
  /** How many pseudo-inputs; default 100. */
  readonly components?: number;
}

/** Log-odds around -2: grey noise about as dark on average as handwriting. */
const darkNoise: Initializer = (out, stream) => {
  normalWith(1)(out, stream);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) - 2;
};

const makeFamily = ({ components = 100 }: VampPriorOptions = {}): Family => {
  const refuse = (): never => {
    throw new UserError(`${name} can be a prior only: it is made of the posteriors of pseudo-inputs`, 2);
  };
  return {
    name,
    config: { components },
    support: "real",
    followsPosterior: true,
    weights: (_event, dataSize) => {
      if (dataSize === undefined) throw new Error(`${name} needs the size of the data`);
      return { pseudoInputs: { shape: [components, dataSize], init: darkNoise } };
    },
    rawSize: refuse,
    fromRaw: refuse,
    prior: (_event, { encode, weights, dtype }) => {
      const pseudoInputs = weights.pseudoInputs;
      if (encode === undefined) throw new Error(`${name} needs the model's encoder`);
      const size = pseudoInputs?.shape[1] ?? 0;
      const inputs = weightNamed(weights, "pseudoInputs", [components, size]).sigmoid();
      return mixtureOf(constant(0, dtype).expand([components]), encode(inputs));
    },
  };
};

const info: FamilyInfo = {
  name,
  description: "the average posterior of learned pseudo-inputs",
  roles: ["prior"],
  examples: ["vamp-prior(components=4)"],
  options: {
    components: { type: "integer", min: 1, max: 100_000, default: 100, about: "how many pseudo-inputs" },
  },
  make: makeFamily,
};

/** Makes VampPriors. */
export interface VampPriorFactory {
  (options?: VampPriorOptions): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
}

/**
 * The VampPrior (Tomczak and Welling, VAE with a VampPrior, 2018): the equally weighted mixture of the model's
 * own posteriors for learned pseudo-inputs, so it has the posterior's support. Pseudo-inputs are kept in 0..1 by
 * a sigmoid (the paper clips them, which stops the gradient at the ends).
 */
export const vampPrior: VampPriorFactory = familyFactory(makeFamily, { familyName: name, info });
