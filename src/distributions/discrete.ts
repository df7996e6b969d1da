import { constant, type Expr } from "../graph/index.js";
import { customGradient } from "../ops/index.js";
import { type FloatType, type Shape, UserError } from "../tensor/index.js";
import type { FamilyContext } from "./family.js";
import type { FamilyOption } from "./info.js";

/** `x` [..., variables * classes] as [..., variables, classes]. */
export function grouped(x: Expr, classes: number): Expr {
  return x.reshape([...x.shape.slice(0, -1), (x.shape.at(-1) as number) / classes, classes]);
}

/** The last two axes joined. */
export function joined(x: Expr): Expr {
  return x.reshape(joinedShape(x.shape));
}

/** A shape with the last two axes joined. */
export function joinedShape(shape: Shape): Shape {
  const [variables, classes] = shape.slice(-2) as [number, number];
  return [...shape.slice(0, -2), variables * classes];
}

/** How many classes each variable has. Throws a UserError if they don't divide the event. */
export function classesOf(name: string, event: readonly number[], wanted: number | undefined): number {
  const size = event.at(-1) ?? 0;
  const classes = wanted ?? size;
  if (event.length !== 1 || classes < 2 || size % classes !== 0) {
    throw new UserError(
      `${name} needs a multiple of ${wanted ?? "2 or more"} classes, got a variable of shape [${event.join(", ")}]`,
      2,
    );
  }
  return classes;
}

/** The vertex with the largest coordinate along the last axis; the gradient goes to `soft` as it is. */
export function straightThrough(soft: Expr): Expr {
  const hard = soft.argmax(-1).oneHot(soft.shape.at(-1) as number, soft.dtype as FloatType);
  return customGradient(hard, [soft], (grad) => [grad]);
}

/** The temperature of a relaxation and how it falls in training. */
export interface Annealing {
  /** The temperature, or the lowest one; default 2/3 (Maddison, Mnih and Teh, The Concrete Distribution, 2017). */
  readonly temperature?: number;
  /** The temperature at the first step; default `temperature`. */
  readonly initialTemperature?: number;
  /** It falls as exp(-annealingRate * step); default 3e-5 (Jang, Gu and Poole, 2017). */
  readonly annealingRate?: number;
}

export const defaultTemperature: number = 2 / 3;

/** The options of `Annealing`, for the registry. */
export const annealingOptions = {
  temperature: {
    type: "number",
    min: 1e-3,
    default: defaultTemperature,
    about: "how far draws are from 0 and 1; where the annealing ends",
  },
  initialTemperature: {
    type: "number",
    min: 1e-3,
    about: "where the annealing starts; default: the temperature, no annealing",
  },
  annealingRate: {
    type: "number",
    min: 0,
    default: 3e-5,
    about: "the temperature falls as exp(-rate * step)",
  },
} as const satisfies Record<string, FamilyOption>;

/** The temperature as graph: scheduled in training if it is annealed, otherwise the final one. */
export function temperatureIn(context: FamilyContext, options: Annealing): Expr {
  const {
    temperature = defaultTemperature,
    initialTemperature = temperature,
    annealingRate = 3e-5,
  } = options;
  const at = (step: number): number =>
    Math.max(temperature, initialTemperature * Math.exp(-annealingRate * step));
  const annealed = initialTemperature > temperature && context.scheduled !== undefined;
  if (annealed && context.scheduled !== undefined) {
    return context.scheduled("temperature", at).cast(context.dtype);
  }
  return constant(temperature, context.dtype);
}
