import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as ts from "typescript";
import { wholeSchema } from "../data/portable.js";
import { distributions, type Role } from "../distributions/index.js";
import { vae, vaeConfig } from "../model/index.js";
import { objectives } from "../objectives/index.js";
import { optimizers, schedules } from "../optim/index.js";
import { UserError } from "../tensor/index.js";
import { defaultInWords, type Fields } from "./field.js";
import { checkedConfig, plain, resolve, runFields, type RunSpec, specOfRun } from "./index.js";

const input = [4];
/** The options of families that can't do without any, in two coordinates. */
const needed: Readonly<Record<string, string>> = {
  product: "product(a=[1, normal], b=laplace)",
  samples: "samples(points=[[0, 1], [1, 0]])",
};

function roundTrip(spec: RunSpec, shape: readonly number[] = input): void {
  const first = plain(resolve(spec, shape));
  const text = JSON.stringify(first);
  const again = plain(resolve(JSON.parse(text) as RunSpec));
  expect(JSON.stringify(again)).toBe(text);
}

describe("a run's spec, resolved and back to plain data, is the same run", () => {
  for (const role of ["posterior", "prior", "likelihood"] satisfies Role[]) {
    const families = distributions.examples().filter(({ entry }) => entry.roles.includes(role));
    it.each(families.map(({ entry, text }) => [needed[text] ?? text, entry] as const))(
      `${role} %s`,
      (text, { shape }) => {
        roundTrip({ [role]: text, ...(text === "class-normal" && { condition: { classes: 4 } }) }, shape);
      },
    );
  }
  it.each(objectives.examples().map(({ text }) => text))("objective %s", (objective) => {
    roundTrip({ objective });
  });
  it.each(optimizers.examples().map(({ text }) => text))("optimiser %s", (optimizer) => {
    roundTrip({ optimizer, lr: 0.01 });
  });
  it.each(schedules.examples().map(({ text }) => text))("schedule %s", (schedule) => {
    roundTrip({ schedule });
  });
  it("with everything told", () => {
    roundTrip({
      latent: 3,
      encoder: "mlp(hidden=[8, 4], activation=tanh)",
      decoder: { type: "mlp", hidden: [5], activation: "relu" },
      latentScale: 2,
      objective: "beta-vae(beta=4)",
      optimizer: "adam(beta1=0.5)",
      schedule: "cosine(warmup=5)",
      ...{ lrEncoder: 0.1, lrDecoder: 0, lrPrior: 0.3, clipNorm: 1, clipValue: 2 },
      ...{ skipNonFinite: 3, accumulate: 2, ema: 0.99 },
      epochs: 3,
      batchSize: 7,
      seed: 5,
      validation: 0.2,
      patience: 4,
      ...{ condition: { classes: 3 }, classifier: "mlp(hidden=[4])", balance: "labels", labelled: 30 },
      binarize: "dynamic",
      shuffle: "blocks",
      device: "cpu",
      threads: 2,
      data: "mnist",
      memory: 1e6,
      out: "r",
      pictures: false,
    });
  });

  it("names make what objects make", () => {
    const { model, settings } = resolve({ posterior: "gamma", objective: "simple", lr: 0.5 }, input);
    expect(model.posterior.name).toBe("gamma");
    expect(settings.objective.name).toBe("simple");
    expect(settings.optimizer.config).toMatchObject({ lr: 0.5, beta1: 0.9 });
  });

  it("an empty one is vae's and the fields' defaults", () => {
    const { model, settings } = resolve({}, input);
    expect(vaeConfig(model)).toEqual(vaeConfig(vae({ input })));
    const all: Readonly<Record<string, unknown>> = { ...settings, lr: settings.optimizer.config.lr };
    for (const [name, field] of Object.entries<Fields[string]>(runFields)) {
      if (!("value" in field.default) || !(name in all)) continue;
      const told = field.default.value;
      expect(all[name], name).toEqual(
        typeof told === "string" ? field.schema.parse(told) && all[name] : told,
      );
    }
    expect([model.latent, model.encoder.config.hidden]).toEqual([
      (runFields.latent.default as { value: unknown }).value,
      (runFields.hidden.default as { value: unknown }).value,
    ]);
  });
});

it.each<[object, RegExp]>([
  [{ epoch: 1 }, /the run has no option "epoch"; did you mean "epochs"\?/],
  [{ epochs: "3" }, /the run: epochs must be a whole number from 1 to 1,000,000, got "3"/],
  [{ posterior: "gama" }, /posterior: unknown distribution "gama"; did you mean "gamma"/],
  [{ posterior: 3 }, /posterior must be a distribution or the name of one, got 3/],
  [{ objective: null }, /objective must be an objective or the name of one, got null/],
  [{ encoder: "mpl" }, /encoder: unknown network "mpl"; did you mean "mlp"/],
  [{ encoder: "mlp(hidden=3)" }, /encoder: mlp: hidden must be a list of numbers/],
  [{ schedule: "cosine(wamup=5)" }, /schedule: cosine has no option "wamup"; did you mean "warmup"\?/],
  [{ ema: 1 }, /ema must be a number from 0 to below 1, such as 0\.999, got 1/],
  [{ lrPrior: -1 }, /lrPrior must be a number from 0/],
  [{ optimizer: "adam(lr=-1)" }, /optimizer: adam: lr must be a number above 0/],
])("%j is refused with what is meant", (spec, message) => {
  expect(() => resolve(spec as RunSpec, input)).toThrow(message);
  expect(() => resolve(spec as RunSpec, input)).toThrow(UserError);
});

it("needs the shape of an example from somewhere", () => {
  expect(() => resolve({})).toThrow(/shape of an example is not known/);
});

it("reads the settings of a run of 0.1.0", () => {
  const file = new URL("fixtures/config-0.1.0.json", import.meta.url);
  const config = checkedConfig(readFileSync(file, "utf8"), "config.json");
  expect(config).toMatchObject({ version: 1, shuffle: "full", patience: 3, threads: 1 });
  const spec = specOfRun(config);
  const { model, settings } = resolve(spec);
  expect(model.prior.config).toMatchObject({ components: 3 });
  expect(settings.objective.config).toMatchObject({ beta: 2 });
  expect(settings).toMatchObject({ epochs: 1, validation: 0.2, patience: 3, seed: 0 });
  expect(plain(resolve(spec))).toEqual(spec);
});

it("keeps what is done beside the optimiser's steps, and says nothing of what is not", () => {
  const told = {
    schedule: { name: "cosine", config: { min: 0, warmup: 5 } },
    ...{ lrEncoder: 0.1, lrDecoder: 0, lrPrior: 0.3, clipNorm: 1, clipValue: 2 },
    ...{ skipNonFinite: 3, accumulate: 2, ema: 0.99 },
  };
  const file = new URL("fixtures/config-0.1.0.json", import.meta.url);
  const before = JSON.parse(readFileSync(file, "utf8")) as object;
  const config = checkedConfig(JSON.stringify({ ...before, ...told }), "config.json");
  const spec = specOfRun(config);
  expect(spec).toMatchObject(told);
  expect(plain(resolve(spec))).toEqual(spec);
  const plainest = plain(resolve({ accumulate: 1, schedule: "constant" }, input));
  for (const name of Object.keys(told)) expect(plainest).not.toHaveProperty(name);
  expect(() => checkedConfig(JSON.stringify({ ...before, ema: -1 }), "config.json")).toThrow(/"ema" must be/);
});

it("keeps where a run's channels are, and how its bytes are read", () => {
  const file = new URL("fixtures/config-0.1.0.json", import.meta.url);
  const config = checkedConfig(readFileSync(file, "utf8"), "config.json");
  const schema = wholeSchema(config.model.input, { type: "plain" });
  const told = { ...config, version: 2, schema, layout: "channels-first" as const };
  expect(specOfRun(told)).toMatchObject({ layout: "channels-first", bytes: "plain" });
  expect(specOfRun(config)).not.toHaveProperty("bytes");
});

describe("what an editor shows of a field is what help says", () => {
  it.each(["model-fields.ts", "training-fields.ts", "place-fields.ts"])("%s", (name) => {
    const text = readFileSync(new URL(name, import.meta.url), "utf8");
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    let seen = 0;
    const visit = (node: ts.Node): void => {
      const field = ts.isPropertyAssignment(node)
        ? (runFields as Fields)[node.name.getText(source)]
        : undefined;
      const [doc] = field === undefined ? [] : ts.getJSDocCommentsAndTags(node);
      if (field !== undefined && doc !== undefined) {
        seen++;
        const told = `${field.about}; default ${defaultInWords(field)}.`;
        const words = ts.getTextOfJSDocComment(doc.comment)?.replace(/\s+/g, " ");
        expect(words).toBe(field.more === undefined ? told : `${told} ${field.more}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    expect(seen).toBeGreaterThan(3);
  });
});
