import { type Check, requireArgument } from "../tensor/index.js";
import { Expr } from "./expr.js";

/** An expression, where a function of the API takes one. */
export const anExpression: Check = {
  expected: "an expression, such as input(...) or constant(...) makes",
  ok: (value) => value instanceof Expr,
};

/** A list of expressions. */
export const expressions: Check = {
  expected: "a list of expressions, such as input(...) or constant(...) makes",
  ok: (value) => Array.isArray(value) && value.every(anExpression.ok),
};

/** Throws a UserError that names the function unless an argument is an expression. */
export function requireExpression(where: string, value: unknown, name = "x"): void {
  if (!(value instanceof Expr)) requireArgument(where, name, value, anExpression);
}

/** Throws a UserError that names the function unless each of several arguments is an expression. */
export function requireExpressions(where: string, values: readonly unknown[]): void {
  values.forEach((value, i) => {
    requireExpression(where, value, values.length === 1 ? "x" : `operand ${i + 1}`);
  });
}
