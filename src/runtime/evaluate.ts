import { be, requireArgument } from "../catalogue/index.js";
import { anExpression, Expr, inputsOf } from "../graph/index.js";
import { compile } from "../onnx/index.js";
import {
  type Dim,
  formatShape,
  type Tensor,
  type TensorLike,
  tensorFrom,
  UserError,
} from "../tensor/index.js";
import type { Backend } from "./session.js";

/** Numbers for the inputs of an expression, by name; converted to the inputs' dtypes. */
export type Feeds = Readonly<Record<string, TensorLike>>;

/**
 * Computes one expression, or several by name, on given numbers.
 *
 *     const x = input("x", "float64", ["n"]);
 *     await evaluateOn(backend, normal.of({ loc: 0, scale: 1 }).logProb(x), { x: [0, 1] });
 *
 * Throws if an input that the expression needs is not fed or has another shape, naming it.
 */
export async function evaluateOn(backend: Backend, expr: Expr, feeds?: Feeds): Promise<Tensor>;
export async function evaluateOn<K extends string>(
  backend: Backend,
  exprs: Readonly<Record<K, Expr>>,
  feeds?: Feeds,
): Promise<Record<K, Tensor>>;
export async function evaluateOn(
  backend: Backend,
  what: Expr | Readonly<Record<string, Expr>>,
  feeds: Feeds = {},
): Promise<Tensor | Record<string, Tensor>> {
  requireArgument(
    "evaluate",
    "the backend",
    backend,
    be.having(["open"], "an engine, such as wasmBackend() opens"),
  );
  requireExpressions(what);
  requireArgument("evaluate", "feeds", feeds, be.having([], "an object of numbers by the names of inputs"));
  const prepared = await prepareOn(backend, what instanceof Expr ? { value: what } : what);
  try {
    const results = await prepared.run(feeds);
    return what instanceof Expr ? (results.value as Tensor) : results;
  } finally {
    await prepared.close();
  }
}

/** Expressions compiled and opened on an engine, to be computed on numbers any number of times. */
export interface Prepared {
  /** The expressions' values on numbers for their inputs. Throws if one lacks its number or has another shape, naming it. */
  run(feeds: Feeds): Promise<Record<string, Tensor>>;
  /** Frees what the engine holds. */
  close(): Promise<void>;
}

/** Compiles and opens expressions by name. */
export async function prepareOn(backend: Backend, exprs: Readonly<Record<string, Expr>>): Promise<Prepared> {
  const outputs = Object.fromEntries(Object.entries(exprs).map(([name, node]) => [`result:${name}`, node]));
  const model = compile(outputs);
  const session = await backend.open(model.bytes);
  return {
    async run(given) {
      const results = await session.run(fed(exprs, given), model.outputs);
      return Object.fromEntries(
        Object.keys(exprs).map((name) => [name, results[`result:${name}`] as Tensor]),
      );
    },
    close: () => session.close(),
  };
}

/** Numbers for every input of the expressions, in the inputs' dtypes and of their shapes. */
function fed(exprs: Readonly<Record<string, Expr>>, feeds: Feeds): Record<string, Tensor> {
  const values: Record<string, Tensor> = {};
  const lengths = new Map<string, number>();
  for (const [name, node] of inputsOf(Object.values(exprs))) {
    const given = feeds[name];
    if (given === undefined) {
      throw new UserError(`evaluate: the expression needs a value for its input "${name}"`, 2);
    }
    values[name] = tensorFrom(`evaluate: input "${name}"`, given, node.dtype);
    requireShape(name, node, values[name], lengths);
  }
  return values;
}

function requireExpressions(what: unknown): void {
  if (what instanceof Expr) return;
  const several = be.having([], "an expression, or an object of expressions by name");
  requireArgument("evaluate", "its first argument", what, several);
  if (Object.keys(what as object).length === 0)
    throw new UserError("evaluate takes at least one expression", 2);
  for (const [name, node] of Object.entries(what as object)) {
    requireArgument("evaluate", `"${name}"`, node, anExpression);
  }
}

/** Throws unless `value` has the shape of the input `node`; the first use of a named dimension sets its length. */
function requireShape(name: string, node: Expr, value: Tensor, lengths: Map<string, number>): void {
  const fits = (dim: Dim, length: number): boolean => {
    const known = typeof dim === "number" ? dim : lengths.get(dim);
    if (typeof dim === "string" && known === undefined) lengths.set(dim, length);
    return known === undefined || known === length;
  };
  const { shape } = value;
  if (shape.length === node.rank && node.shape.every((dim, i) => fits(dim, shape[i] as number))) return;
  const found = [...lengths].map(([dim, length]) => `${dim} = ${length}`).join(", ");
  const where = found === "" ? "" : ` (${found})`;
  throw new UserError(
    `evaluate: input "${name}" takes ${formatShape(node.shape)}${where}, got ${formatShape(shape)}`,
    2,
  );
}
