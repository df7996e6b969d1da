import { type Expr, expressions, requireExpression, scalar, topological } from "../graph/index.js";
import "../ops/index.js";
import { formatShape, isFloat, requireArgument, sameShape, UserError } from "../tensor/index.js";

/** The nodes among `order` (inputs first) through which the value depends on one of `targets`. */
function dependents(order: readonly Expr[], targets: ReadonlySet<Expr>): Set<Expr> {
  const found = new Set<Expr>();
  for (const node of order) {
    if (targets.has(node) || node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

function typeText({ dtype, shape }: Expr): string {
  return `${dtype}${formatShape(shape)}`;
}

function sameType(a: Expr, b: Expr): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function zerosLike(x: Expr): Expr {
  return scalar(0, x.dtype).expand(x.shape, x);
}

/**
 * Reverse-mode differentiation: the product of `cotangents` with the Jacobian of `outputs` with respect to
 * `targets`, as graph (so that it can be differentiated again). Targets on which nothing depends get zeros.
 * Throws if a cotangent's shape or dtype is not its output's, or if a target is not of a float type.
 */
export function vectorJacobianProduct(
  outputs: readonly Expr[],
  cotangents: readonly Expr[],
  targets: readonly Expr[],
): Expr[] {
  for (const [name, list] of Object.entries({ outputs, cotangents, targets })) {
    requireArgument("vectorJacobianProduct", name, list, expressions);
  }
  const odd = targets.find(({ dtype }) => !isFloat(dtype));
  if (odd !== undefined)
    throw new UserError(`grad: a target is ${typeText(odd)}; only floats have gradients`, 2);
  const order = topological(outputs);
  const active = dependents(order, new Set(targets));
  const sums = new Map<Expr, Expr>();
  const accumulate = (node: Expr, part: Expr): void => {
    const before = sums.get(node);
    sums.set(node, before === undefined ? part : before.add(part));
  };
  outputs.forEach((output, i) => {
    const cotangent = cotangents[i];
    if (cotangent === undefined || !sameType(cotangent, output)) {
      const got = cotangent === undefined ? "nothing" : typeText(cotangent);
      throw new UserError(
        `the cotangent of a ${typeText(output)} output must be ${typeText(output)}, got ${got}`,
        2,
      );
    }
    accumulate(output, cotangent);
  });
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i] as Expr;
    const grad = sums.get(node);
    if (grad === undefined || !active.has(node) || node.inputs.length === 0) continue;
    const parts = node.op.gradient({ inputs: node.inputs, output: node, grad, attrs: node.attrs });
    node.inputs.forEach((input, k) => {
      const part = parts[k];
      if (!part || !active.has(input)) return;
      if (!sameType(part, input)) {
        const types = `${typeText(part)} for an input of ${typeText(input)}`;
        throw new Error(`the gradient rule of ${node.op.name} gave ${types}`);
      }
      accumulate(input, part);
    });
  }
  return targets.map((target) => sums.get(target) ?? zerosLike(target));
}

/**
 * The gradient of a scalar `loss` with respect to each of `targets`, as graph. Throws if the loss is not a
 * float scalar; sum or average it first.
 */
export function grad(loss: Expr, targets: readonly Expr[]): Expr[] {
  requireExpression("grad", loss, "the loss");
  requireArgument("grad", "targets", targets, expressions);
  if (loss.rank !== 0 || !isFloat(loss.dtype)) {
    throw new UserError(`grad takes a float scalar, got ${loss.dtype}${formatShape(loss.shape)}`, 2);
  }
  return vectorJacobianProduct([loss], [scalar(1, loss.dtype)], targets);
}
