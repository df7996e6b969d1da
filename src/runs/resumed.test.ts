import { describe, expect, it } from "vitest";
import { distributions, hypersphericalUniform, vonMisesFisher } from "../distributions/index.js";
import { convNetwork, resnet } from "../nn/index.js";
import { savedConfig, type Vae, vae, type VaeConfig, vaeConfig } from "../model/index.js";
import { type Checked, type modelFields, modelOf, resumedModel } from "./index.js";

function modelFrom(input: readonly number[], told: Checked<typeof modelFields>, before: VaeConfig): Vae {
  return modelOf(
    { shape: input },
    resumedModel(told, before, (saved) => distributions.from(saved)),
  );
}

describe("resuming a run on the sphere of before there were links and a latentScale", () => {
  const families = { posterior: vonMisesFisher({ link: "softplus" }), prior: hypersphericalUniform() };
  const model = vae({ input: [2, 2], latent: 3, hidden: [4], ...families, latentScale: 1 });
  const written = { ...vaeConfig(model), posterior: { name: "von-mises-fisher", config: {} } };
  const before = savedConfig(written);

  it("takes what the run began with", () => {
    expect(vaeConfig(modelFrom([2, 2], {}, before))).toEqual(before);
    expect(vaeConfig(modelFrom([2, 2], families, before))).toEqual(before);
  });

  it("starts anew where another latent variable is asked for", () => {
    expect(modelFrom([2, 2], { latent: 5 }, before).latentScale).toBe(Math.sqrt(5));
  });
});

describe("resuming a run with networks by name", () => {
  const before = vaeConfig(vae({ input: [8, 8], network: "conv(channels=[4], kernel=3)", latent: 3 }));
  const networks = (told: Checked<typeof modelFields>): unknown[] => {
    const { encoder, decoder } = vaeConfig(modelFrom([8, 8], told, before));
    return [encoder, decoder];
  };

  it("takes the run's, with what is told of them now", () => {
    expect(networks({})).toEqual([before.encoder, before.decoder]);
    expect(networks({ channels: [4] })).toEqual([before.encoder, before.decoder]);
    expect(networks({ channels: [5] })).toEqual(Array(2).fill({ type: "conv", channels: [5], kernel: 3 }));
    // merely named, it is the run's own
    expect(networks({ network: convNetwork() })).toEqual([before.encoder, before.decoder]);
    expect(networks({ network: resnet() })).toEqual(Array(2).fill({ type: "resnet" }));
  });

  it("of a perceptron keeps what isn't told", () => {
    const perceptron = vaeConfig(vae({ input: [4], hidden: [6, 5], activation: "tanh" }));
    const { encoder, decoder } = vaeConfig(modelFrom([4], { hidden: [7, 3] }, perceptron));
    expect(encoder).toEqual({ type: "mlp", hidden: [7, 3], activation: "tanh" });
    expect(decoder).toEqual({ type: "mlp", hidden: [3, 7], activation: "tanh" });
  });
});
