// Convolutional models that are measured, as text for Latent, and the floating-point operations of their products.

const conv = (out, stride = 2) => `conv(out=${out},stride=${stride})`;
const up = (out, stride = 2) => `conv-transpose(out=${out},stride=${stride})`;

const residual = (out) => `residual(layers=[relu,${conv(out, 1)},relu,${conv(out, 1)}])`;

function withRelu(layers) {
  return layers.flatMap((layer) => [layer, "relu"]);
}

/**
 * Keras' example network; four stride-2 layers each way on 64x64 colour images; pre-activation residual blocks (He et al.,
 * 2016) of 32, 64 and 128 channels on 32x32 colour images.
 */
export const convNetworks = {
  keras: {
    input: [28, 28, 1],
    latent: 2,
    encoder: [...withRelu([conv(32), conv(64)]), "flatten", ...withRelu(["linear(out=16)"])],
    decoder: [
      ...withRelu(["linear(out=3136)"]),
      "reshape(shape=[7,7,64])",
      ...withRelu([up(64), up(32)]),
      up(1, 1),
    ],
  },
  rgb64: {
    input: [64, 64, 3],
    latent: 64,
    encoder: [...withRelu([32, 64, 128, 256].map((out) => conv(out))), "flatten"],
    decoder: [
      ...withRelu(["linear(out=4096)"]),
      "reshape(shape=[4,4,256])",
      ...withRelu([128, 64, 32].map((out) => up(out))),
      up(3),
    ],
  },
  resnet32: {
    input: [32, 32, 3],
    latent: 64,
    encoder: [...[32, 64, 128].flatMap((out) => [conv(out), residual(out)]), "relu", "flatten"],
    decoder: [
      "linear(out=2048)",
      "reshape(shape=[4,4,128])",
      residual(128),
      ...[64, 32].flatMap((out) => [up(out), residual(out)]),
      "relu",
      up(3),
    ],
  },
};

/** The model of a name. */
export function convModel({ vae, networks }, name) {
  const { input, latent, encoder, decoder } = convNetworks[name];
  return vae({
    input,
    latent,
    encoder: networks.from(`sequential(layers=[${encoder.join(",")}])`),
    decoder: networks.from(`sequential(layers=[${decoder.join(",")}],head=false)`),
  });
}

/** Multiply-adds of one example through each layer of a model that has weights. */
function layerProducts({ layers, parameters }) {
  let size = 1;
  return layers.flatMap(({ name, layer, outShape }, i) => {
    const before = layers[i - 1]?.outShape ?? [];
    const weight = parameters[`${name}.weight`]?.shape;
    size = weight?.reduce((a, b) => a * b, 1) ?? 0;
    if (size === 0) return [];
    const pixels = (shape) => shape.slice(0, -1).reduce((a, b) => a * b, 1);
    if (layer.startsWith("conv-transpose")) return [size * pixels(before)];
    return [layer.startsWith("conv") ? size * pixels(outShape) : size];
  });
}

/** Floating-point operations of a step's products: forward, weights' gradients, inputs' gradients of all but the first layer. */
export function convStepFlops(model, batch) {
  const all = layerProducts(model);
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  return 2 * batch * (2 * sum(all) + sum(all.slice(1)));
}
