/** Multiply-adds of one example through the notebook's network, by layer: 784-256-128-2z, z-128-256-784. */
function layers(latent) {
  return [784 * 256, 256 * 128, 128 * 2 * latent, latent * 128, 128 * 256, 256 * 784];
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

/**
 * Floating-point operations of the matrix products in one training step: forward, the weights' gradients, and the
 * inputs' gradients of all layers but the first, whose input is data: 17 products, 308 million at batch 128, z 2.
 */
export function stepFlops(batch, latent) {
  const all = layers(latent);
  return 2 * batch * (2 * sum(all) + sum(all.slice(1)));
}

/** Floating-point operations of the matrix products in decoding or encoding `n` examples. */
export function halfFlops(part, n, latent) {
  const all = layers(latent);
  return 2 * n * sum(part === "encode" ? all.slice(0, 3) : all.slice(3));
}
