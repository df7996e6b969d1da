import { type RunSpec, samples } from "latent/web";

/** A prior that draws from points [n, z], row after row. */
export function drawnPrior(points: Float32Array, { latent = 2 }: RunSpec): ReturnType<typeof samples> {
  const count = Math.floor(points.length / latent);
  return samples({
    points: Array.from({ length: count }, (_, i) =>
      Array.from(points.subarray(i * latent, (i + 1) * latent)),
    ),
  });
}
