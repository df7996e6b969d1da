import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCard, vaeFromConfig } from "../model/index.js";
import { RandomStream, UserError } from "../tensor/index.js";
import { mutated } from "../testing/mutate-json.js";
import { checkConfig, checkedConfig, knownFamily, resumedTraining, settingsOf } from "./index.js";

const read = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

/** What each file is read into, all the way to the objects that it describes. */
const parsers: Readonly<Record<string, { text: string; parse: (text: string) => unknown }>> = {
  "config.json": {
    text: read("config-0.1.0.json"),
    parse(text) {
      const config = checkedConfig(text, "config.json");
      settingsOf(resumedTraining({}, config, "config.json"));
      vaeFromConfig(config.model, knownFamily, "config.json");
      return config;
    },
  },
  "model.json": {
    text: read("model-0.1.0.json"),
    parse(text) {
      const card = readCard(text, "model.json");
      vaeFromConfig(card.model, knownFamily, "model.json");
      return card;
    },
  },
  "latent.config.json": {
    text: JSON.stringify({
      z: 3,
      hidden: [8, 4],
      prior: "mixture(components=3)",
      objective: { name: "beta-vae", config: { beta: 2 } },
      encoder: { type: "mlp", hidden: [8], activation: "tanh" },
      epochs: 3,
      lr: 0.01,
      validation: 0.1,
      pictures: false,
    }),
    parse: (text) => checkConfig(JSON.parse(text), "latent.config.json"),
  },
};

/** How many mutations of each file are tried; more by hand: DAMAGED=3000. */
const tries = Number(process.env.DAMAGED ?? 400);

describe.each(Object.entries(parsers))("a damaged %s", (file, { text, parse }) => {
  it(`is read or refused by a message that names it (${tries} ways)`, () => {
    const random = new RandomStream(0, "damaged", file);
    let refused = 0;
    for (let i = 0; i < tries; i++) {
      const damaged = mutated(text, random.child(i));
      if (file === "latent.config.json" && !isJson(damaged)) continue; // by `readJson`, as the others
      try {
        parse(damaged);
      } catch (error) {
        refused++;
        expect(error, damaged).toBeInstanceOf(UserError);
        expect((error as UserError).message, damaged).toMatch(new RegExp(`^${file.replaceAll(".", "\\.")}`));
      }
    }
    expect(refused).toBeGreaterThan(tries / 3);
  });

  it("is read whole", () => {
    expect(() => parse(text)).not.toThrow();
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Loose {
  [name: string]: Loose;
}
type Edit = (config: Loose) => unknown;

it.each<[string, Edit, RegExp]>([
  ["no encoder", (c) => Reflect.deleteProperty(c.model ?? {}, "encoder"), /"model\.encoder" is missing/],
  [
    "hidden 3",
    (c) => Object.assign(c.model?.encoder ?? {}, { hidden: 3 }),
    /encoder: mlp: hidden must be a list/,
  ],
  [
    "hidden huge",
    (c) => Object.assign(c.model?.encoder ?? {}, { hidden: [1e12] }),
    /config\.json: model: the model would/,
  ],
  ["null model", (c) => Object.assign(c, { model: null }), /"model" must be an object .*, got null/],
  [
    "epochs as text",
    (c) => Object.assign(c, { epochs: "10" }),
    /"epochs" must be a whole number from 1, got "10"/,
  ],
  ["a renamed entry", (c) => Object.assign(c, { epoch: 10 }), /an entry "epoch" .*did you mean "epochs"/],
  ["no seed", (c) => Reflect.deleteProperty(c, "seed"), /"seed" is missing/],
  ["an array", (c) => Object.assign(c, { objective: ["elbo"] }), /"objective" must be an object with name/],
  [
    "a lost option",
    (c) => Object.assign(c.objective ?? {}, { config: {} }),
    /objective: the option "beta" of beta-vae is missing/,
  ],
  ["of later", (c) => Object.assign(c, { version: 99 }), /is of version 99.*update latent/],
  [
    "an own family",
    (c) => Object.assign(c.model?.prior ?? {}, { name: "mine", config: {} }),
    /prior: the distribution "mine" is not known here.*--config FILE.*registerFamily.*families/,
  ],
])("config.json with %s", (_what, edit, message) => {
  const config = JSON.parse(read("config-0.1.0.json")) as Loose;
  edit(config);
  expect(() => parsers["config.json"]?.parse(JSON.stringify(config))).toThrow(message);
});

it("data that recursion could not end on, and keys that change prototypes, are refused", () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  expect(() => checkedConfig(deep, "config.json")).toThrow(/^config\.json is damaged: it is nested/);
  expect(() => checkedConfig('{"__proto__": {"a": 1}}', "config.json")).toThrow(/__proto__/);
});
