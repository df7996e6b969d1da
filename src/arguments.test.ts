import { expect, test } from "vitest";
import * as graph from "./graph-node.js";
import * as latent from "./index.js";
import type { Expr } from "./graph/index.js";
import { UserError } from "./tensor/index.js";
import { MemoryFolder } from "./testing/memory-folder.js";
import { type Parameter, signaturesOf } from "./testing/signatures.js";
import * as web from "./web.js";

/*
 * Every function of every entry point, whatever it is, refuses what it can't take with a UserError. The functions are read
 * from the modules and their parameters from the compiler, so that a new export is covered without a line here.
 */

/** What a caller may give by mistake. */
const wrong: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  "3": 3,
  "-0.5": -0.5,
  NaN: Number.NaN,
  '"x"': "x",
  "{ nope: 1 }": { nope: 1 },
  "[]": [],
  "[[1], 2]": [[1], 2],
  "[null]": [null],
  "a Promise": Promise.resolve(1),
  "a function": () => 1,
  true: true,
};

/** Functions that don't refuse unknown options by themselves, with the reason. */
const readElsewhere: Readonly<Record<string, string>> = {
  defineConfig: "is read with its file, whose name the message then says",
};

/**
 * Dtypes and shapes of expressions that don't fit are an op's own matter: an Error that begins with its name. A UserError
 * would be taken for "not defined for these distributions" where measures are tried.
 */
function isShapeRule(name: string, error: unknown): boolean {
  return error instanceof Error && error.constructor === Error && error.message.startsWith(`${name}: `);
}

function isAllowed(name: string, error: unknown): boolean {
  return error === undefined || error instanceof UserError || isShapeRule(name, error);
}

const { constant, normal, tensor, vae } = latent;
const x: Expr = constant([
  [1, 2],
  [3, 4],
]);
const images = tensor("float32", [4, 2, 2]);
const model = vae({ input: [2, 2] });
const posterior = normal.of({ loc: x, scale: 1 });
const weights = Object.fromEntries(
  Object.entries(model.parameters).map(([name, { shape }]) => [name, tensor("float32", shape)]),
);
const trained = new latent.TrainedVae(model, weights, () => Promise.reject(new UserError("no engine here")));

const curve = { x: [0, 1], y: [0, 1], area: 0.5 };

/** Values that a parameter takes, by the beginning of its type; the parameters after one that isn't here are not tried. */
const right: readonly (readonly [type: RegExp, value: unknown])[] = [
  [/^(Expr|Operand|ParamValue)$/, x],
  [/^readonly Expr\[\]$/, [x]],
  [/^number$/, 1],
  [/^string$/, "/nowhere/at/all"],
  [/^boolean$/, true],
  [/^(DType|D|FloatType|"float32" \| "float64")$/, "float32"],
  [/^(Shape|readonly number\[\]|readonly Dim\[\]|ExampleShape)$/, [2, 2]],
  [/^(Tensor|TensorLike|ExampleTensor)\b/, images],
  [/^Uint8Array\b/, new Uint8Array(8)],
  [/^string \| Uint8Array\b/, new Uint8Array(8)],
  [/^(string \| )?TrainedVae</, trained],
  [/^Vae</, model],
  [/^Dataset( \| ModelledData)?$/, latent.fromArrays({ name: "some", train: images })],
  [/^Split$/, latent.fromArrays({ name: "some", train: images }).test],
  [/^Layer$/, latent.linear(2)],
  [/^readonly Layer\[\]$/, [latent.linear(2)]],
  [/^Network$/, latent.mlp([2])],
  [/^Distribution$/, posterior],
  [/^ContractSubject</, normal],
  [/^Readonly<Record<P, TensorLike>>$/, { loc: 0, scale: 1 }],
  [/^Pick<Pass, "posterior">|Pass$/, { posterior, z: x, likelihood: posterior }],
  [
    /^ObjectiveContext$/,
    { x, encode: () => posterior, decode: () => posterior, prior: posterior, noise: { draw: () => x } },
  ],
  [/^NetworkContext$/, { dtype: "float32", weights: {}, mode: "evaluate" }],
  [/^Weights$/, { weight: x }],
  [/^NoiseSource$/, { draw: () => x }],
  [/^(Raster|Picture)$/, { width: 1, height: 1, channels: 1, data: new Uint8Array(1) }],
  [/^readonly CodeTerm\[\]$/, [{ code: [1, 2] }]],
  [/^ArrayLike<number> \| Tensor</, [1, 2]],
  [/^Mask$/, { width: 1, height: 1, data: [255] }],
  [/^ArrayLike<DroppedItem>$/, []],
  [/^readonly \(SomeFile \| PlacedFile\)\[\]$/, []],
  [/^readonly HistoryPoint\[\]$/, [{ epoch: 1, train: { loss: 1 } }]],
  [/^LatentSampler$/, { name: "prior", draw: () => Promise.resolve(images) }],
  [/^Readonly<Record<string, Expr>>$/, { y: x }],
  [/^StepGraph$/, { state: [], perStep: [], outputs: { y: x } }],
  [/^RunSource$/, { "config.json": new Uint8Array(2) }],
  [/^FolderHandle$/, new MemoryFolder("some")],
  [/^ModelSource$/, { "model.json": new Uint8Array(2) }],
  [/^TableSource$/, [{ a: 1 }]],
  [/^Scorer$/, { score: () => [], excess: () => [] }],
  [/^Int32Array\b/, new Int32Array(1)],
  [/^ArrayLike<number>$/, [1, 2]],
  [/^readonly DetectionSeries\[\]$/, [{ name: "x", roc: curve, precisionRecall: curve }]],
  [/^Spec$/, { name: "normal", config: {} }],
];

const aTable = latent.fitTable({ version: 1, columns: [{ name: "n", kind: "count" }], constraints: [] }, [
  { n: 1 },
  { n: 2 },
]);
const ofTables: readonly (readonly [type: RegExp, value: unknown])[] = [
  [/^FittedTable$|^TableSchema \| /, aTable],
  [/^ArrayLike<number>$/, [0]],
  [/^readonly (TableRecord|Readonly<Record<string, [^>]*TableValue[^>]*>>)\[\]$/, [{ n: 1 }]],
  [/^RowsToWrite$/, latent.decodeRows(aTable, [0])],
];

type Call = (...args: unknown[]) => unknown;

const modules = { "index.ts": latent, "web.ts": web, "graph-node.ts": graph };
const signatures = signaturesOf(Object.keys(modules));
const functions = Object.entries(modules).flatMap(([file, exports]) =>
  Object.entries(exports as Record<string, unknown>).flatMap(([name, value]) => {
    if (typeof value !== "function") return [];
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    const call: Call = isClass ? (...args) => Reflect.construct(value, args) as unknown : (value as Call);
    return [{ file, name, call, parameters: signatures.get(file)?.get(name) ?? [] }];
  }),
);

/** What is thrown or rejected, if anything is. */
async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Values for the parameters before one, or undefined if there is none for some. */
function valuesBefore(parameters: readonly Parameter[], place: number): unknown[] | undefined {
  const found = parameters
    .slice(0, place)
    .map(({ type }) => [...right, ...ofTables].find(([pattern]) => pattern.test(type)));
  return found.every((one) => one !== undefined) ? found.map(([, value]) => value) : undefined;
}

/** Right arguments up to each place, and then a wrong one. */
function* mistakes(parameters: readonly Parameter[]): Generator<readonly [text: string, args: unknown[]]> {
  for (const [text, bad] of Object.entries(wrong)) {
    for (const count of [1, 2, 3]) yield [`${text} x ${count}`, Array.from({ length: count }, () => bad)];
    for (const [place, { name, optional }] of parameters.entries()) {
      const before = valuesBefore(parameters, place);
      if (before === undefined || (bad === undefined && optional)) continue;
      yield [`${name} = ${text}`, [...before, bad]];
    }
  }
}

test("the compiler's parameters are those of the functions", () => {
  expect(functions.length).toBeGreaterThan(400);
  expect(functions.filter(({ parameters }) => parameters.length > 0).length).toBeGreaterThan(380);
});

test.each(functions)("$file: $name refuses what it can't take", async ({ name, call, parameters }) => {
  const raw: string[] = [];
  for (const [text, args] of mistakes(parameters)) {
    if (name === "startEngine" && args[0] === undefined) continue; // starts one
    const error = await thrownBy(() => call(...args));
    if (!isAllowed(name, error)) raw.push(`${text}: ${(error as Error).stack}`);
  }
  expect(raw).toEqual([]);
});

/** What of an entry point has methods that are tried: what makes families, catalogues, data sets, and instances of classes. */
function ownersIn(exports: Readonly<Record<string, unknown>>): [name: string, owner: object][] {
  const instances = { Expr: x, RandomStream: new latent.RandomStream(0), TrainedVae: trained };
  const own = Object.entries(exports).filter(
    (entry): entry is [string, object] =>
      entry[1] instanceof latent.Catalogue ||
      entry[1] === latent.datasets ||
      (typeof entry[1] === "function" && "familyName" in entry[1]),
  );
  return [...own, ...Object.entries(instances).filter(([name]) => name in exports)];
}

const methods = Object.entries(modules).flatMap(([file, exports]) =>
  ownersIn(exports).flatMap(([name, owner]) =>
    [...(signatures.get(file) ?? [])].flatMap(([path, parameters]) => {
      const [of, method = ""] = path.split(".");
      const call = of === name ? (owner as Record<string, unknown>)[method] : undefined;
      if (typeof call !== "function" || Object.hasOwn(Object.prototype, method)) return [];
      return [
        { file, path, method, call: (...args: unknown[]) => (call as Call).apply(owner, args), parameters },
      ];
    }),
  ),
);

test("methods are found", () => {
  expect(methods.length).toBeGreaterThan(200);
});

test.each(methods)("$file: $path refuses what it can't take", async ({ path, method, call, parameters }) => {
  const raw: string[] = [];
  for (const [text, args] of mistakes(parameters)) {
    if (path === "datasets.mnist" && args[0] === undefined) continue; // loads it
    const error = await thrownBy(() => call(...args));
    if (!isAllowed(method, error)) raw.push(`${text}: ${(error as Error).stack}`);
  }
  expect(raw).toEqual([]);
});

const withOptions = functions
  .filter(({ name }) => !Object.hasOwn(readElsewhere, name))
  .flatMap(({ parameters, ...rest }) =>
    parameters.flatMap(({ takesOptions }, place) => (takesOptions ? [{ ...rest, parameters, place }] : [])),
  );

test("functions with options are found", () => {
  expect(withOptions.length).toBeGreaterThan(140);
});

test.each(withOptions)(
  "$file: $name names an option that it doesn't have",
  async ({ call, parameters, place }) => {
    const before = valuesBefore(parameters, place);
    const types = parameters.slice(0, place).map(({ type }) => type);
    expect(before, `\`right\` has a value for ${types.join(", ")}`).toBeDefined();
    const error = await thrownBy(() => call(...(before ?? []), { bogusOption: 1 }));
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).toContain('"bogusOption"');
  },
);

test.each([
  ["a Promise", () => vae(Promise.resolve({}) as never), "vae: the argument is a Promise: await it first"],
  [
    "what makes a family",
    () => latent.mixture({ of: normal as never }),
    "of must be a distribution, such as normal()",
  ],
  ["what makes a family, how to mend it", () => latent.mixture({ of: normal as never }), "call it"],
  [
    "an objective's option",
    () => latent.betaVae({ bet: 4 } as never),
    'no option "bet"; did you mean "beta"?',
  ],
  ["a picture's option", () => latent.imageGrid(images, { colums: 3 } as never), 'did you mean "columns"?'],
])("the words for %s", (_, call, words) => {
  expect(call).toThrow(words);
});
