import { describe, expect, it } from "vitest";
import {
  distributions,
  hypersphericalUniform,
  normal,
  powerSpherical,
  vonMisesFisher,
} from "../distributions/index.js";
import { constant } from "../graph/index.js";
import { initialValues, parameterInputs } from "../nn/index.js";
import { expectClose, numbers } from "../testing/support.js";
import { bundle, readCard, unbundle } from "./bundle.js";
import { savedConfig, vaeConfig, vaeFromConfig } from "./config.js";
import { TrainedVae } from "./trained.js";
import { vae, type Vae } from "./vae.js";

const familyFrom = distributions.from.bind(distributions);

const sphere = { posterior: vonMisesFisher(), prior: hypersphericalUniform() };
const build = (options: object = {}): Vae => vae({ input: [6], latent: 5, hidden: [4], ...options });
const noBackend = () => Promise.reject(new Error("not needed"));
const saved = (definition: Vae) => {
  const files = bundle(new TrainedVae(definition, initialValues(definition.parameters, 0), noBackend));
  const card = readCard(new TextDecoder().decode(files["model.json"]), "model.json");
  return { card, weights: files["weights.safetensors"] as Uint8Array };
};

describe("what the decoder's network is given", () => {
  it("is z, and sqrt(z) times it on the sphere, unless said otherwise", () => {
    expect(build().latentScale).toBe(1);
    expect(build(sphere).latentScale).toBe(Math.sqrt(5));
    expect(build({ ...sphere, posterior: powerSpherical() }).latentScale).toBe(Math.sqrt(5));
    expect(build({ ...sphere, latentScale: 1 }).latentScale).toBe(1);
    expect(build({ posterior: normal(), latentScale: 2 }).latentScale).toBe(2);
    for (const latentScale of [0, -1, NaN, Infinity]) {
      expect(() => build({ latentScale })).toThrow("latentScale must be a number above 0");
    }
  });

  it("is multiplied once", async () => {
    const [plain, scaled] = [build(), build({ latentScale: 3 })];
    const weights = parameterInputs(plain.parameters, "float64");
    const feeds = initialValues(plain.parameters, 1, "float64");
    const z = [[0.1, -0.2, 0.3, 0.4, -0.5]];
    const tripled = z.map((row) => row.map((x) => 3 * x));
    const logits = (model: Vae, codes: number[][]) => {
      const { mean } = model.bind(weights, "float64").decode(constant(codes, "float64"));
      return mean === undefined ? Promise.reject(new Error("no mean")) : numbers(mean(), feeds);
    };
    expectClose(await logits(scaled, z), await logits(plain, tripled), 1e-15);
  });
});

describe("saved models", () => {
  it("keep the scale; models of before there was one have 1, spherical ones too", () => {
    const now = build(sphere);
    expect(vaeFromConfig(vaeConfig(now), familyFrom).latentScale).toBe(Math.sqrt(5));
    const { latentScale, ...before } = vaeConfig(now);
    expect(latentScale).toBe(Math.sqrt(5));
    expect(vaeFromConfig(before, familyFrom).latentScale).toBe(1);
    expect(vaeConfig(build())).not.toHaveProperty("latentScale");
  });

  it("keep the links of before there was a choice, nested ones too", () => {
    const of = { name: "von-mises-fisher", config: {} };
    const before = { ...vaeConfig(build(sphere)), posterior: of };
    const prior = { name: "mixture", config: { components: 2, of } };
    const { posterior, prior: mixed } = vaeFromConfig(savedConfig({ ...before, prior }), familyFrom);
    expect(posterior.config.link).toBe("softplus");
    expect(mixed.config.of).toMatchObject({ config: { link: "softplus" } });
    expect(savedConfig(vaeConfig(build(sphere)))).toEqual(vaeConfig(build(sphere)));
    expect(vaeConfig(build(sphere)).posterior.config.link).toBe("log");
  });

  it("are of version 2 only if they have one, so that older readers refuse them", () => {
    expect(saved(build()).card.version).toBe(1);
    expect(saved(build(sphere)).card.version).toBe(2);
  });

  it("are not put into a definition with another scale", () => {
    const { card, weights } = saved(build({ ...sphere, latentScale: 1 }));
    const open = (definition: Vae) =>
      unbundle(card, weights, "weights", { familyFrom, definition, openBackend: noBackend });
    expect(() => open(build(sphere))).toThrow("give the definition latentScale: 1");
    expect(open(build({ ...sphere, latentScale: 1 })).definition.latentScale).toBe(1);
  });
});
