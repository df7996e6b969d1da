import { expect, it } from "vitest";
import { fitTable, modelColumns } from "../data/portable.js";
import { columns } from "../distributions/index.js";
import { mlp, tableNetwork } from "../nn/index.js";
import { vaeFor } from "./index.js";

const rows = Array.from({ length: 60 }, (_, i) => ({ a: ["x", "y", "z"][i % 3] as string, b: i % 2 }));
const table = fitTable(
  {
    version: 1,
    columns: [
      { name: "a", kind: "category" },
      { name: "b", kind: "boolean" },
    ],
    constraints: [],
  },
  rows,
);
const own = modelColumns(table);
const data = { shape: [own.length], schema: { kind: "columns", columns: [], table } } as const;

it("of a table has its network, likelihood and columns, and no more coordinates than columns", () => {
  const model = vaeFor(data);
  expect(model.encoder.name).toBe("table");
  expect(model.likelihood.name).toBe("columns");
  expect(model.encoder.config["columns"]).toEqual(own);
  expect(model.likelihood.config["columns"]).toEqual(own);
  expect(model.latent).toBe(own.length);
  expect(model.input).toEqual([own.length]);
});

it("of a table takes what is told, and gives its columns to what has none", () => {
  const model = vaeFor(data, {
    latent: 3,
    network: tableNetwork({ hidden: [7] }),
    likelihood: columns({ width: 5, hide: 0.25 }),
  });
  expect(model.latent).toBe(3);
  expect(model.encoder.config).toMatchObject({ hidden: [7], columns: own });
  expect(model.likelihood.config).toMatchObject({ width: 5, hide: 0.25, columns: own });
  expect(vaeFor(data, { network: mlp([6]) }).encoder.name).toBe("mlp");
  expect(vaeFor(data, { likelihood: "normal" }).likelihood.name).toBe("normal");
  const other = [
    { name: "p", of: "normal" },
    { name: "q", of: "normal" },
  ] as const;
  expect(vaeFor(data, { likelihood: columns({ columns: other }) }).likelihood.config["columns"]).toEqual(
    other,
  );
});

it("of other data is vae() of their shape", () => {
  const model = vaeFor({ shape: [4, 4] }, { latent: 3 });
  expect(model.input).toEqual([4, 4]);
  expect([model.encoder.name, model.likelihood.name, model.latent]).toEqual(["mlp", "bernoulli", 3]);
  expect(() => vaeFor(undefined as never)).toThrow(
    /vaeFor takes a data set|data set, such as datasets.table/,
  );
});

it("refuses a perceptron for rows with gaps, which it can't see", () => {
  const gaps = rows.map((row, i) => ({ ...row, c: i % 4 === 0 ? null : i / 7 }));
  const fitted = fitTable(
    {
      version: 1,
      columns: [
        { name: "a", kind: "category" },
        { name: "b", kind: "boolean" },
        { name: "c", kind: "number", decimals: 6 },
      ],
      constraints: [],
    },
    gaps,
  );
  const holed = {
    shape: [modelColumns(fitted).length],
    schema: { kind: "columns", columns: [], table: fitted },
  } as const;
  expect(() => vaeFor(holed, { network: mlp([6]) })).toThrow(/mlp takes numbers.*column "c".*take table/);
  expect(() => vaeFor(holed, { encoder: mlp([6]) })).toThrow(/take table/);
});
