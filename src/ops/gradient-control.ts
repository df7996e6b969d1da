import { defineOp, Expr, expressions, type OpDef } from "../graph/index.js";
import { be, requireArgument } from "../tensor/index.js";

declare module "../graph/expr.js" {
  interface Expr {
    /** The same value, through which no gradient flows. */
    stopGradient(): Expr;
  }
}

const stopOp: OpDef = {
  name: "stopGradient",
  infer: (inputs) => inputs[0] as Expr,
  gradient: () => [null],
  lower: (_emit, [x]) => x as string,
  simplify: ({ inputs: [x] }) => x,
};

const makeStop = defineOp(stopOp);

/** The same value, through which no gradient flows. */
export function stopGradient(x: Expr): Expr {
  return makeStop([x], {});
}

/** The rule of a `customGradient`: from the output and its gradient to one gradient for each source, or null. */
export type CustomRule = (grad: Expr, output: Expr) => readonly (Expr | null)[];

interface CustomAttrs {
  readonly rule: CustomRule;
}

const customOp: OpDef<CustomAttrs> = {
  name: "customGradient",
  infer: (inputs) => inputs[0] as Expr,
  gradient: ({ output, grad, attrs }) => [null, ...attrs.rule(grad, output)],
  lower: (_emit, [x]) => x as string,
  simplify: ({ inputs: [x] }) => x,
};

const makeCustom = defineOp(customOp);

/**
 * The value of `value`, whose gradient with respect to `sources` is what `rule` says, in place of what would
 * follow from how it was computed. Used for implicit reparameterisation and straight-through estimates.
 */
export function customGradient(value: Expr, sources: readonly Expr[], rule: CustomRule): Expr {
  requireArgument("customGradient", "sources", sources, expressions);
  requireArgument("customGradient", "the rule", rule, be.callable);
  return makeCustom([value, ...sources], { rule });
}

Expr.prototype.stopGradient = function () {
  return stopGradient(this);
};
