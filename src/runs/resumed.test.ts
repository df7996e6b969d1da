import { describe, expect, it } from "vitest";
import { distributions, hypersphericalUniform, vonMisesFisher } from "../distributions/index.js";
import { savedConfig, type Vae, vae, type VaeConfig, vaeConfig } from "../model/index.js";
import { type Checked, type modelFields, modelOf, resumedModel } from "./index.js";

function modelFrom(input: readonly number[], told: Checked<typeof modelFields>, before: VaeConfig): Vae {
  return modelOf(
    input,
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
