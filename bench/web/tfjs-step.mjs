/**
 * A training step of the notebook's network in TensorFlow.js, the same work as Latent's: gather, forward, ELBO,
 * gradient, Adam. Answers a function that takes one step and, every tenth time, reads the loss.
 */
export function tfjsStep(tf, { batch, latent, rows, images }) {
  const data = tf.tensor2d(images, [rows, 784]);
  const dense = (from, to) => {
    const bound = 1 / Math.sqrt(from);
    return [
      tf.variable(tf.randomUniform([from, to], -bound, bound)),
      tf.variable(tf.randomUniform([to], -bound, bound)),
    ];
  };
  const sizes = [
    [784, 256],
    [256, 128],
    [128, 2 * latent],
    [latent, 128],
    [128, 256],
    [256, 784],
  ];
  const layers = sizes.map(([from, to]) => dense(from, to));
  const linear = (x, i) => x.matMul(layers[i][0]).add(layers[i][1]);
  const optimizer = tf.train.adam(1e-3);
  let count = 0;
  let last = Number.NaN;
  return async () => {
    const from = (count * batch) % (rows - batch);
    count++;
    const indices = tf.tensor1d(
      Int32Array.from({ length: batch }, (_, i) => ((from + i) * 7919) % rows),
      "int32",
    );
    const cost = optimizer.minimize(
      () => {
        const x = data.gather(indices);
        const hidden = linear(linear(linear(x, 0).relu(), 1).relu(), 2);
        const [mean, logVar] = tf.split(hidden, 2, 1);
        const z = mean.add(
          logVar
            .div(2)
            .exp()
            .mul(tf.randomNormal([batch, latent])),
        );
        const logits = linear(linear(linear(z, 3).relu(), 4).relu(), 5);
        const reconstruction = logits.relu().sub(logits.mul(x)).add(logits.abs().neg().exp().log1p()).sum();
        const kl = mean.square().add(logVar.exp()).sub(1).sub(logVar).sum().mul(0.5);
        return reconstruction.add(kl).div(batch);
      },
      true,
      layers.flat(),
    );
    if (count % 10 === 1) [last] = await cost.data();
    cost.dispose();
    indices.dispose();
    return last;
  };
}
