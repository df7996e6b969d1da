import { allocate, type Tensor, tensor, UserError } from "../tensor/index.js";

/** `steps` rows on the straight line from the first row of `a` to that of `b`, both included. */
export function between(a: Tensor<"float32">, b: Tensor<"float32">, steps: number): Tensor<"float32"> {
  const width = a.shape[1] ?? 1;
  const path = allocate("float32", steps * width);
  for (let i = 0; i < path.length; i++) {
    const t = Math.floor(i / width) / (steps - 1);
    path[i] = (a.data[i % width] ?? 0) * (1 - t) + (b.data[i % width] ?? 0) * t;
  }
  return tensor("float32", [steps, width], path);
}

/** Throws a UserError that names the first coordinate which is not finite. */
export function requireFiniteLatents({ data, shape }: Tensor<"float32">): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const width = shape[1] ?? 1;
  throw new UserError(
    `latent ${Math.floor(bad / width)} holds ${data[bad]} as coordinate ${bad % width}; only finite numbers can be decoded`,
  );
}
