import { describe, expect, expectTypeOf, it, test } from "vitest";
import { distributions, gamma, normal } from "../distributions/index.js";
import { constant, input } from "../graph/index.js";
import { alongside, initialValues, linear, mlp, type Network, parameterInputs } from "../nn/index.js";
import { concat } from "../ops/index.js";
import { numbers } from "../testing/support.js";
import { vaeConfig, vaeFromConfig } from "./config.js";
import { type Vae, vae, type VaeOptions } from "./vae.js";

describe("the options of a model", () => {
  it.each([
    [undefined, "vae: the argument must be an object of options, such as { input: [28, 28] }, got undefined"],
    [
      {},
      "input must be the shape of one example, a list of whole numbers from 1 such as [28, 28], got undefined",
    ],
    [{ input: 784 }, "got 784; write [784] for a vector"],
    [{ input: [] }, "input must be the shape of one example"],
    [{ input: [28, 0] }, "got [28, 0]"],
    [{ input: "28" }, 'got "28"'],
    [{ input: [28, 28], latnet: 3 }, 'vae has no option "latnet"; did you mean "latent"?'],
    [{ input: [4], latent: 0 }, "latent must be a whole number from 1 to 65536, got 0"],
    [{ input: [4], latent: "2" }, 'latent must be a whole number from 1 to 65536, got "2"'],
    [{ input: [4], hidden: 3 }, "hidden must be a list of whole numbers from 1, such as [256, 128], got 3"],
    [{ input: [4], hidden: [3, -1] }, "got [3, -1]"],
    [{ input: [4], activation: "rellu" }, 'unknown activation "rellu"; did you mean "relu"?'],
    [{ input: [4], activation: 3 }, "activation must be the name of one"],
    [{ input: [4], posterior: "gama" }, 'unknown distribution "gama"; did you mean "gamma"?'],
    [{ input: [4], likelihood: 3 }, "likelihood must be a distribution or the name of one, got 3"],
    [
      { input: [4], prior: normal },
      "prior must be a distribution or the name of one, got a function; call it",
    ],
    [{ input: [4], encoder: "mpl" }, 'unknown network "mpl"; did you mean "mlp"?'],
    [{ input: [4], decoder: [400] }, "decoder must be a network, such as mlp([400])"],
    [{ input: [4], latentScale: "x" }, 'latentScale must be a number above 0, got "x"'],
  ])("%j: %s", (options, message) => {
    expect(() => vae(options as never)).toThrow(message);
  });
});

test("distributions may be text or plain data", () => {
  const named = vae({
    input: [4],
    posterior: "gamma",
    prior: { name: "gamma", config: { concentration: 2 } },
    likelihood: "normal",
  });
  const made = vae({
    input: [4],
    posterior: gamma(),
    prior: gamma({ concentration: 2 }),
    likelihood: normal(),
  });
  expect(vaeConfig(named)).toEqual(vaeConfig(made));
  expectTypeOf(named).toEqualTypeOf<Vae>();
});

describe("networks of a model", () => {
  const build = (options: Partial<VaeOptions>) => vae({ input: [2, 3], latent: 2, ...options });

  it("may be text, plain data or a function", () => {
    const names = (options: Partial<VaeOptions>) => Object.keys(build(options).parameters);
    const expected = names({ encoder: mlp([5]), decoder: mlp([4]) });
    expect(names({ encoder: "mlp(hidden=[5])", decoder: { name: "mlp", config: { hidden: [4] } } })).toEqual(
      expected,
    );
    expect(names({ encoder: mlp([5]).build, decoder: mlp([4]).build })).toEqual(expected);
  });

  it("are told of by shapes, layers and parameters", () => {
    const model = build({ encoder: "sequential(layers=[flatten, linear(out=5), batch-norm, relu])" });
    expect(model.describe()).toMatch(/^2x3-6-5-4 \| 2-128-256-6, /);
    expect(model.layers.slice(0, 5)).toEqual([
      { name: "encoder.0", layer: "flatten", outShape: [6], parameters: 0 },
      { name: "encoder.1", layer: "linear(out=5)", outShape: [5], parameters: 35 },
      { name: "encoder.2", layer: "batch-norm", outShape: [5], parameters: 10 },
      { name: "encoder.3", layer: "activation(of=relu)", outShape: [5], parameters: 0 },
      { name: "encoder.4", layer: "linear(out=4)", outShape: [4], parameters: 24 },
    ]);
    expect(model.parameters["encoder.2.running_var"]).toMatchObject({
      shape: [5],
      trainable: false,
      state: true,
    });
  });

  it("come back from what is saved of them, also in the form of earlier versions", () => {
    const saved = vaeConfig(
      build({ encoder: "sequential(layers=[flatten, linear(out=5), gelu])", activation: "elu" }),
    );
    const again = vaeFromConfig(JSON.parse(JSON.stringify(saved)) as typeof saved, (spec) =>
      distributions.from(spec),
    );
    expect(vaeConfig(again)).toEqual(saved);
    expect(saved.decoder).toEqual({ type: "mlp", hidden: [128, 256], activation: "elu" });
    const old = { ...saved, encoder: { type: "mlp", hidden: [8], activation: "leakyRelu" } };
    expect(vaeFromConfig(old, (spec) => distributions.from(spec)).encoder.config.activation).toBe(
      "leaky-relu",
    );
  });

  it.each([
    [{ type: "resnet-of-mine" }, 'has a network "resnet-of-mine", which is not known here'],
    [{ type: "mlp", hidden: 3, activation: "relu" }, "mlp: hidden must be a list of numbers"],
    [{ type: "sequential", layers: [{ name: "my-layer", config: {} }] }, 'unknown layer "my-layer"'],
    [null, "has no network where one must be, but null"],
    [{ hidden: [3] }, "has no network where one must be"],
  ])("are refused if they are saved as %j", (encoder, message) => {
    const saved = { ...vaeConfig(build({})), encoder: encoder as never };
    expect(() => vaeFromConfig(saved, (spec) => distributions.from(spec))).toThrow(message);
  });

  it("are told if what they put out is of another shape than asked for", () => {
    const short: Network = { name: "short", config: {}, build: (inShape) => linear(3).build(inShape) };
    const model = vae({ input: [6], latent: 2, encoder: short });
    const bound = model.bind(parameterInputs(model.parameters, "float32"), "float32");
    expect(() => bound.encode(input("x", "float32", ["batch", 6]))).toThrow(
      'the encoder "short" puts out [batch, 3], expected [batch, 4]',
    );
  });
});

/** A linear layer of the examples and their condition of `size` numbers. */
const conditioned = (size: number): Network => ({
  name: "conditioned",
  config: { size },
  build([inSize = 0], [outSize = 0]) {
    const inner = linear(outSize).build([inSize + size]);
    return { ...inner, apply: (x, context) => inner.apply(concat([x, alongside(x, context)]), context) };
  },
});

describe("a condition", () => {
  const model = vae({ input: [3], latent: 2, encoder: conditioned(1), decoder: conditioned(1) });
  const feeds = initialValues(model.parameters, 1);
  const weights = parameterInputs(model.parameters, "float32");

  it("reaches the networks by the binding, and goes along with several draws", async () => {
    const decoded = async (z: number[][] | number[][][], condition: number[][]): Promise<number[]> => {
      const bound = model.bind(weights, "float32", { condition: constant(condition, "float32") });
      return numbers(bound.decode(constant(z, "float32")).params.logits as never, feeds);
    };
    const [a, b] = [
      [0.1, 0.2],
      [0.3, -0.4],
    ];
    const one = await decoded([a, b], [[1], [2]]);
    expect(one).toHaveLength(6);
    expect(one).not.toEqual(await decoded([a, b], [[1], [3]]));
    // draws [2, batch, latent] of which each has the batch's condition
    const two = await decoded(
      [
        [a, b],
        [b, a],
      ],
      [[1], [2]],
    );
    expect(two.slice(0, 6)).toEqual(one);
    expect(two.slice(6)).toEqual(await decoded([b, a], [[1], [2]]));
  });

  it("is asked for where there is none", () => {
    const bound = model.bind(weights, "float32");
    expect(() => bound.encode(input("x", "float32", ["batch", 3]))).toThrow(
      "takes a condition, but the model has none",
    );
  });
});
