import { type Expr, inputName } from "../graph/index.js";
import { formatShape, sameShape } from "../tensor/index.js";

/** Throws if a name stands for two values of a model. */
export function requireDistinct(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new Error(`the model would have two values named "${name}"; rename one of them`);
    seen.add(name);
  }
}

function typeText({ dtype, shape }: Expr): string {
  return `${dtype}${formatShape(shape)}`;
}

/** Throws unless each state's new value has the type of the old one, and no input is listed twice. */
export function requireSteps(step: {
  readonly state: readonly { readonly current: Expr; readonly next: Expr }[];
  readonly perStep: readonly Expr[];
}): void {
  const { state, perStep } = step;
  for (const { current, next } of state) {
    if (current.dtype !== next.dtype || !sameShape(current.shape, next.shape)) {
      const types = `${typeText(current)} becomes ${typeText(next)}`;
      throw new Error(`state "${inputName(current) ?? current.op.name}" must keep its type, but ${types}`);
    }
  }
  const listed = [...state.map(({ current }) => current), ...perStep];
  const twice = listed.find((node, i) => listed.indexOf(node) !== i);
  if (twice !== undefined)
    throw new Error(`input "${inputName(twice)}" is listed twice as state or per step`);
}
