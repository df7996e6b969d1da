/*
 * The leaves of expressions for those who build some by hand. That they are exports of this file's own makes bundlers keep
 * the import beside them, which gives `Expr` its methods.
 */
import { constant as makeConstant, input as makeInput } from "./graph/index.js";
import "./ops/index.js";

/** A value fed when the graph runs. Dimensions given by name (`"batch"`) are known only then. */
export const input: typeof makeInput = makeInput;

/** A fixed value. Numbers and nested arrays become `dtype` (default `float32`); a tensor keeps its own. */
export const constant: typeof makeConstant = makeConstant;
