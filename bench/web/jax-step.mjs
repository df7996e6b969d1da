/**
 * A training step of the notebook's network in jax-js, gradient and Adam in one jit-compiled function.
 */
export function jaxStep(
  { blockUntilReady, jit, nn, numpy: np, random, valueAndGrad },
  { batch, latent, rows, images },
) {
  const sizes = [
    [784, 256],
    [256, 128],
    [128, 2 * latent],
    [latent, 128],
    [128, 256],
    [256, 784],
  ];
  const uniform = (n, bound) => Float32Array.from({ length: n }, () => (2 * Math.random() - 1) * bound);
  let params = sizes.flatMap(([from, to]) => {
    const bound = 1 / Math.sqrt(from);
    return [np.array(uniform(from * to, bound)).reshape([from, to]), np.array(uniform(to, bound))];
  });
  const zeros = () => sizes.flatMap(([from, to]) => [np.zeros([from, to]), np.zeros([to])]);
  let m = zeros();
  let v = zeros();

  const linear = (x, p, i) => np.dot(x, p[2 * i]).add(p[2 * i + 1]);
  const loss = (p, x, noise) => {
    const hidden = linear(nn.relu(linear(nn.relu(linear(x.ref, p, 0)), p, 1)), p, 2);
    const mean = hidden.ref.slice([], [0, latent]);
    const logVar = hidden.slice([], [latent, 2 * latent]);
    const z = mean.ref.add(np.exp(logVar.ref.mul(0.5)).mul(noise));
    const logits = linear(nn.relu(linear(nn.relu(linear(z, p, 3)), p, 4)), p, 5);
    const reconstruction = nn.softplus(logits.ref).sub(logits.mul(x)).sum();
    const kl = np.square(mean).add(np.exp(logVar.ref)).sub(1).sub(logVar).sum().mul(0.5);
    return reconstruction.add(kl).mul(1 / batch);
  };
  const differentiate = valueAndGrad(loss);
  const update = jit((p, m, v, x, noise, rate, floor) => {
    const [cost, gradient] = differentiate(
      p.map((value) => value.ref),
      x,
      noise,
    );
    const nextM = m.map((value, i) => value.mul(0.9).add(gradient[i].ref.mul(0.1)));
    const nextV = v.map((value, i) => value.mul(0.999).add(np.square(gradient[i]).mul(0.001)));
    const nextP = p.map((value, i) =>
      value.sub(nextM[i].ref.mul(rate.ref).div(np.sqrt(nextV[i].ref).add(floor.ref))),
    );
    rate.dispose();
    floor.dispose();
    return { cost, p: nextP, m: nextM, v: nextV };
  });

  let count = 0;
  let key = random.key(0);
  return async () => {
    const x = new Float32Array(batch * 784);
    for (let i = 0; i < batch; i++) {
      const row = ((count * batch + i) * 7919) % rows;
      x.set(images.subarray(row * 784, (row + 1) * 784), i * 784);
    }
    count++;
    const [next, own] = random.split(key, 2);
    key = next;
    const correction = Math.sqrt(1 - 0.999 ** count);
    const out = update(
      params,
      m,
      v,
      np.array(x).reshape([batch, 784]),
      random.normal(own, [batch, latent]),
      np.array((1e-3 * correction) / (1 - 0.9 ** count)),
      np.array(1e-8 * correction),
    );
    ({ p: params, m, v } = out);
    await blockUntilReady(params[0].ref);
    const [cost] = await out.cost.data();
    return cost;
  };
}
