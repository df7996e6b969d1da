import type { Expr } from "../graph/index.js";
import { filledWith, weightNamed } from "../nn/index.js";
import { sizeOf, UserError } from "../tensor/index.js";
import { independent } from "./distribution.js";
import { familyFactory } from "./factory.js";
import type { Family } from "./family.js";
import type { FamilyInfo } from "./info.js";
import { normal } from "./normal.js";

const name = "class-normal";

/** Of each class' row of `table` [classes, ...], the one that the condition [..., classes] says: [..., ...]. */
function chosen(condition: Expr, table: Expr): Expr {
  const lead = condition.shape.slice(0, -1);
  const [classes = 1, width = 1] = table.shape as readonly number[];
  return condition
    .reshape([-1, classes])
    .matmul(table)
    .reshape([...lead, width]);
}

function family(): Family {
  const refuse = (): never => {
    throw new UserError(`${name} can be a prior only: it has a mean and a variance for each class`, 2);
  };
  return {
    name,
    config: {},
    support: "real",
    conditional: true,
    weights: (event, _dataSize, classes = 1) => {
      const spec = { shape: [classes, sizeOf(event)], init: filledWith(0) };
      return { mean: spec, logVar: spec };
    },
    rawSize: refuse,
    fromRaw: refuse,
    prior: (event, { condition, weights }) => {
      if (condition === undefined) {
        throw new UserError(
          `the prior ${name} is one for each class, but the model has no condition; give it one, such as ` +
            'condition: { classes: 10 } (--condition label), or take the prior "normal"',
          2,
        );
      }
      const shape = [condition.shape.at(-1) as number, sizeOf(event)];
      const of = (part: string): Expr => chosen(condition, weightNamed(weights, part, shape));
      return independent(normal.of({ loc: of("mean"), scale: of("logVar").mul(0.5).exp() }), event.length);
    },
  };
}

const info: FamilyInfo = {
  name,
  description: "a normal for each class of a conditional model, with learned means and variances",
  roles: ["prior"],
  options: {},
  make: () => family(),
};

/** Makes class-normal priors. */
export interface ClassNormalFactory {
  (): Family;
  readonly familyName: string;
  readonly info: FamilyInfo;
}

/**
 * The prior p(z|y) of a conditional model (Sohn, Lee and Yan, Learning Structured Output Representation using Deep Conditional
 * Generative Models, 2015) whose condition is a class: a diagonal normal for each class, its mean and log-variance learned.
 * All start as the standard normal. With a normal posterior the KL divergence is exact. Throws a UserError in a model without
 * condition.
 */
export const classNormal: ClassNormalFactory = familyFactory(family, { familyName: name, info });
