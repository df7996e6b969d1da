import { describe, expect, test } from "vitest";
import { UserError } from "../tensor/index.js";
import { checkConfig, checkField } from "../runs/index.js";
import { type FlagField, fields, heldOutTold } from "./fields.js";

function read<T>(name: string, field: FlagField<T>, text: string): T {
  return checkField(`--${name}`, field.schema, field.fromText(text), text);
}

function problem(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
  }
  throw new Error("no UserError was thrown");
}

describe("values of flags", () => {
  test("are read", () => {
    expect(read("z", fields.z, "20")).toBe(20);
    expect(read("hidden", fields.hidden, "256,128")).toEqual([256, 128]);
    expect(read("hidden", fields.hidden, "none")).toEqual([]);
    expect(read("lr", fields.lr, "1e-3")).toBe(0.001);
    expect(read("validation", fields.validation, "0.1")).toBe("0.1");
    expect(heldOutTold(read("validation", fields.validation, "20"))).toEqual({ validation: 20 });
    expect(heldOutTold(read("validation", fields.validation, "held.csv"))).toEqual({ heldOut: "held.csv" });
    expect(read("memory", fields.memory, "512MB")).toBe(512e6);
    expect(read("memory", fields.memory, "1.5 GiB")).toBe(1.5 * 2 ** 30);
    expect(read("memory", fields.memory, "2k")).toBe(2000);
    expect(read("memory", fields.memory, "0")).toBe(0);
    expect(read("shuffle", fields.shuffle, "blocks")).toBe("blocks");
    expect(read("objective", fields.objective, "simple").name).toBe("simple");
    expect(read("prior", fields.prior, "normal(scale=2)").config).toEqual({ scale: 2 });
  });

  const wrong: [keyof typeof fields, string, RegExp][] = [
    ["z", "0", /^--z must be a whole number from 1 to 65,536, got "0"$/],
    ["z", "2.5", /^--z must be a whole number/],
    ["z", "", /^--z must be a whole number/],
    ["z", "0x10", /^--z must be a whole number/],
    ["batch", "-1", /^--batch must be a whole number from 1/],
    ["epochs", "1e9", /^--epochs must be .*, got "1e9"$/],
    ["epochs", "2000000", /^--epochs must be a whole number from 1 to 1,000,000/],
    ["lr", "nan", /^--lr must be a number above 0, .*, got "nan"$/],
    ["lr", "Infinity", /^--lr must/],
    ["lr", "0", /^--lr must/],
    ["memory", "much", /^--memory must be a size such as 512MB or 2GB, or 0, got "much"$/],
    ["memory", "-1GB", /^--memory must be a size/],
    ["lr", "1e999", /^--lr must/],
    ["hidden", "256,x", /^--hidden must be whole numbers .* such as 256,128, got "256,x"$/],
    ["hidden", "256,,128", /^--hidden must/],
    ["hidden", "0", /^--hidden must/],
    ["seed", "-1", /^--seed must/],
    ["threads", "two", /^--threads must/],
    ["validation", "-1", /^--validation must be a share/],
    ["validation", "1.5", /^--validation must be a share/],
    ["patience", "0", /^--patience must/],
    ["activation", "rleu", /^--activation: unknown activation "rleu"; did you mean "relu"\?$/],
    ["objective", "elbow", /^--objective: unknown objective "elbow"; did you mean "elbo"\?$/],
    ["prior", "nrmal", /^--prior: unknown distribution "nrmal"; did you mean "normal"\?$/],
    ["prior", "normal(", /^--prior: can't read "normal\("/],
    ["out", "", /^--out must not be empty/],
  ];
  test.each(wrong)("--%s %s is refused by name, as wrong usage", (name, text, message) => {
    const error = problem(() => read<unknown>(name, fields[name], text));
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBe(2);
  });
});

describe("a config file", () => {
  test("takes names and objects", () => {
    const settings = checkConfig({ z: 3, hidden: [8], objective: "simple", pictures: false }, "c.ts");
    expect(settings).toMatchObject({ latent: 3, hidden: [8], pictures: false });
    expect(settings.objective?.name).toBe("simple");
    expect(checkConfig({ objective: settings.objective }, "c.ts").objective).toBe(settings.objective);
  });

  test("is refused by the name of what is wrong in it", () => {
    expect(problem(() => checkConfig({ z: 0 }, "c.ts")).message).toMatch(/^c\.ts: z must be .*, got 0$/);
    expect(problem(() => checkConfig({ epoch: 1 }, "c.ts")).message).toMatch(
      /no setting "epoch"; .*"epochs"/,
    );
    expect(problem(() => checkConfig({ extends: "github:a/b" }, "c.ts")).message).toMatch(
      /no setting "extends"/,
    );
    expect(problem(() => checkConfig({ z: 2, latent: 2 }, "c.ts")).message).toMatch(/given twice/);
    expect(problem(() => checkConfig({ input: [2] }, "c.ts")).message).toMatch(/no setting "input"/);
    expect(problem(() => checkConfig([], "c.ts")).message).toMatch(/must export an object/);
    expect(problem(() => checkConfig({ encoder: {} }, "c.ts")).message).toMatch(/encoder must be a network/);
    expect(problem(() => checkConfig({ data: 3 }, "c.ts")).message).toMatch(/data must be "mnist"/);
  });
});

test("help says what is another default of tables", () => {
  expect(fields.z.brief).toBe("Latent coordinates [default = 2; of a table 8]");
  expect(fields.network.brief).toMatch(/\[default = mlp; of a table table\]$/);
  expect(fields.likelihood.brief).toMatch(/\[default = bernoulli; of a table columns\]$/);
  expect(fields.epochs.brief).toMatch(
    /\[default = 10; of a table as many as give some 2,500 updates, 10 to 300\]$/,
  );
});
