import { type Tensor, tensor } from "../tensor/index.js";

/** A number that depends on tensors. */
export type ScalarFunction = (inputs: readonly Tensor<"float64">[]) => Promise<number>;

/**
 * The step. The five-point rule is wrong by h^4/30 of the fifth derivative, 3e-14 for h = 1e-3, and by the
 * rounding of the function's values over h, 1e-16 / 1e-3 = 1e-13: about equal, and both far below the
 * tolerances in use. The two-point rule could not do better than 1e-10.
 */
const step = 1e-3;

/** The gradient of `f` by central finite differences of fourth order, element by element. */
export async function numericalGradient(
  f: ScalarFunction,
  at: readonly Tensor<"float64">[],
): Promise<Tensor<"float64">[]> {
  const result: Tensor<"float64">[] = [];
  for (const [k, x] of at.entries()) {
    const slope = tensor("float64", x.shape);
    for (let i = 0; i < x.data.length; i++) {
      const moved = async (by: number): Promise<number> => {
        const data = x.data.slice();
        data[i] = (data[i] as number) + by;
        return f(at.map((other, j) => (j === k ? tensor("float64", x.shape, data) : other)));
      };
      const inner = (await moved(step)) - (await moved(-step));
      const outer = (await moved(2 * step)) - (await moved(-2 * step));
      slope.data[i] = (8 * inner - outer) / (12 * step);
    }
    result.push(slope);
  }
  return result;
}
