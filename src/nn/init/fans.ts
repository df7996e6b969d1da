/** How many numbers each number of a weight's output is made of, and goes to. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/**
 * Of a weight [out, in, ...kernel], by PyTorch's rule: inputs and outputs times the positions of the kernel. (A transposed
 * convolution's weight is [in, out, ...kernel]; PyTorch takes it the same way.)
 */
export function fansOf(shape: readonly number[]): Fans {
  const [out = 1, inputs = 1, ...kernel] = shape;
  const field = kernel.reduce((product, length) => product * length, 1);
  return { fanIn: inputs * field, fanOut: out * field };
}
