import { describe, expect, it } from "vitest";
import { nodeBackend } from "../../runtime/node.js";
import { type Tensor, tensor } from "../../tensor/index.js";
import { worstError } from "../../testing/evaluate.js";
import {
  exampleMapping,
  randomWeights,
  torchCases,
  torchFile,
  torchModels,
  type TorchName,
} from "../../testing/torch-models.js";
import { TrainedVae, vae } from "../index.js";
import { encodeSafetensors } from "../safetensors.js";
import {
  checkMapping,
  decodeStateDict,
  encodeStateDict,
  exportState,
  importState,
  inferSizes,
  type StateDict,
  type TorchMapping,
} from "./index.js";

const names = Object.keys(torchCases) as TorchName[];
const mappingFor = (name: TorchName): TorchMapping => (name === "example" ? exampleMapping : {});
const dictOf = (name: TorchName): StateDict => decodeStateDict(torchFile(name), `${name}.safetensors`);

describe.each(names)("%s", (name) => {
  const { model, schema } = torchModels[name]();
  const { shape, latent, x, z, mean, logVar, decoded } = torchCases[name];
  const mapping = mappingFor(name);

  it("computes what PyTorch computes with these weights", async () => {
    const { weights } = importState(dictOf(name), model, { mapping, source: name });
    const trained = new TrainedVae(model, weights, () => nodeBackend("cpu", 1), schema);
    const encoded = await trained.encode(tensor("float32", [3, ...shape], Float32Array.from(x)));
    const made = await trained.decode(tensor("float32", [3, latent], Float32Array.from(z)));
    const close = (got: Tensor<"float32"> | undefined, expected: readonly number[]): void =>
      expect(worstError(Array.from(got?.data ?? []), expected).error).toBeLessThan(1e-5);
    close(encoded.mean, mean);
    close(encoded.logVar, logVar);
    close(made, decoded);
    await trained.close();
  });

  it.each(["float32", "float16", "bfloat16"] as const)("gives its file of %s back bit for bit", (type) => {
    const file = torchFile(name, type);
    const { weights, record, notes } = importState(decodeStateDict(file, name), model, {
      mapping,
      source: name,
    });
    expect(encodeStateDict(exportState(model, weights, { record }))).toEqual(file);
    expect(notes.some((note) => note.includes("were made float32"))).toBe(type !== "float32");
  });

  it("gives its file of float64 back with the digits of float32", () => {
    const file = decodeStateDict(torchFile(name, "float64"), name);
    const { weights, record, notes } = importState(file, model, { mapping, source: name });
    const again = exportState(model, weights, { record });
    for (const [key, { type, shape: own, values }] of Object.entries(file.arrays)) {
      expect(again.arrays[key]?.type).toBe(type);
      expect(again.arrays[key]?.shape).toEqual(own);
      expect(Array.from(again.arrays[key]?.values ?? [])).toEqual(Array.from(values, Math.fround));
    }
    expect(notes.join()).toContain("arrays of F64 were made float32, which keeps 7 digits");
  });
});

describe("an export", () => {
  const model = vae({
    input: [4, 6, 3],
    latent: 2,
    network: "vanilla(channels=[2, 5])",
  });

  it("of a model from here is imported again as it was", () => {
    const weights = randomWeights(model);
    const dict = exportState(model, weights);
    expect(Object.keys(dict.arrays)).toEqual(Object.keys(model.parameters));
    expect(dict.metadata).toEqual({ format: "pt" });
    const { weights: again } = importState(dict, model, { source: "again" });
    for (const [name, { data }] of Object.entries(weights)) expect(again[name]?.data).toEqual(data);
  });

  it("has pictures that are laid flat in PyTorch's order", () => {
    const weights = randomWeights(model);
    const { arrays } = exportState(model, weights);
    const [height, width, channels] = [1, 2, 5];
    const linear = Object.entries(model.parameters).filter(([, { shape }]) => shape.length === 2);
    expect(linear.map(([name]) => name)).toEqual(["encoder.6.weight", "decoder.0.weight"]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++) {
          const [here, there] = [(y * width + x) * channels + c, (c * height + y) * width + x];
          expect(arrays["encoder.6.weight"]?.values[there]).toBe(weights["encoder.6.weight"]?.data[here]);
          expect(arrays["decoder.0.bias"]?.values[there]).toBe(weights["decoder.0.bias"]?.data[here]);
          expect(arrays["decoder.0.weight"]?.values[there * 2 + 1]).toBe(
            weights["decoder.0.weight"]?.data[here * 2 + 1],
          );
        }
      }
    }
  });

  it("takes names of one's own, and splits a layer into heads", () => {
    const weights = randomWeights(model);
    const mapping = {
      fc_mu: "encoder.6[0:2]",
      fc_var: "encoder.6[2:4]",
      "body.down": "encoder",
      up: "decoder",
    };
    const dict = exportState(model, weights, { mapping });
    expect(dict.arrays["fc_var.weight"]?.shape).toEqual([2, 10]);
    expect(Object.keys(dict.arrays)).toContain("body.down.1.running_var");
    expect(Object.keys(dict.arrays).some((name) => name.startsWith("encoder"))).toBe(false);
    const again = importState(dict, model, { mapping, source: "again" }).weights;
    for (const [name, { data }] of Object.entries(weights)) expect(again[name]?.data).toEqual(data);
    expect(() => exportState(model, weights, { mapping: { a: "encoder.6[0:9]" } })).toThrow(
      /"a.weight" \[9, 10\] is of encoder.6.weight, which the model has as \[4, 10\]/,
    );
  });
});

describe("what does not fit", () => {
  const { model } = torchModels.notebook();
  const { arrays, metadata } = dictOf("notebook");
  const without = (...left: string[]): StateDict => ({
    arrays: Object.fromEntries(Object.entries(arrays).filter(([name]) => !left.includes(name))),
    metadata,
  });
  const told = (dict: StateDict, mapping: TorchMapping = {}, definition = model): string => {
    try {
      importState(dict, definition, { mapping, source: "a.safetensors" });
      return "it fits";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("is listed: missing, unexpected, of another shape", () => {
    expect(told(without())).toBe("it fits");
    expect(told(without("decoder.2.bias"))).toMatch(
      /a.safetensors does not fit the model .*missing.*decoder.2.bias \[12\]/,
    );
    const more = {
      ...arrays,
      "classifier.weight": { type: "F32", shape: [1, 2], values: Float32Array.of(1, 2) },
    };
    expect(told({ arrays: more, metadata })).toMatch(
      /unexpected, for which the model has no place: classifier.weight \[1, 2\]/,
    );
    expect(told({ arrays: more, metadata }, { classifier: null })).toBe("it fits");
    const { model: wide } = { model: vae({ input: [6, 6], latent: 3, hidden: [13, 8] }) };
    const wrong = told(without(), {}, wide);
    expect(wrong).toMatch(/encoder.0.weight \[12, 36\], where encoder.0.weight \[13, 36\] is needed/);
    expect(wrong).not.toMatch(/missing|unexpected/);
    expect(told(without(), { "encoder.0": "encoder.4" })).toMatch(
      /encoder.0.weight \[12, 36\], where encoder.4.weight/,
    );
    expect(told(without(), { "encoder.0": "encoder.9" })).toMatch(
      /unexpected.*encoder.0.weight.*or mend the mapping$/,
    );
  });

  it("is ambiguous where modules look alike and names tell nothing", () => {
    const { model: example } = torchModels.example();
    expect(told(dictOf("example"), {}, example)).toMatch(/fc21.weight|fc21, fc22/);
    const square = vae({ input: [4], latent: 2, hidden: [4, 4] });
    const own = exportState(square, randomWeights(square)).arrays;
    const renamed = Object.entries(own).map(([name, array]) => {
      const map: Record<string, string> = { "encoder.0": "stem", "encoder.2": "body", "encoder.4": "head" };
      const key = Object.keys(map).find((one) => name.startsWith(one)) ?? "";
      return [name.replace(key, map[key] ?? ""), array] as const;
    });
    const message = told({ arrays: Object.fromEntries(renamed), metadata }, {}, square);
    expect(message).toMatch(/alike, so that only names could tell which is which/);
    expect(message).toMatch(/--map FILE/);
  });

  it("is ambiguous where names of one part say more than which comes first", () => {
    const square = vae({ input: [4], latent: 2, hidden: [4, 4] });
    const own = exportState(square, randomWeights(square)).arrays;
    const words: Record<string, string> = { "0": "inp", "2": "hid", "4": "out" };
    const renamed = Object.entries(own).map(([name, array]) => [
      name.replace(/^encoder\.(\d)/, (_, at: string) => `encoder.${words[at] ?? ""}`),
      array,
    ]);
    expect(
      told({ arrays: Object.fromEntries(renamed) as StateDict["arrays"], metadata }, {}, square),
    ).toMatch(/alike, so that only names could tell which is which: encoder.hid, encoder.inp/);
  });

  it("is an array whose rows are given twice or with gaps", () => {
    const { model: example } = torchModels.example();
    const overlap = { ...exampleMapping, fc22: "encoder.2[0:2]" };
    expect(told(dictOf("example"), overlap, example)).toMatch(
      /given twice, or with gaps: encoder.2.weight \[4, 9\]/,
    );
    expect(told(without(), { "encoder.0": "encoder.0", "encoder.2": "encoder.0" })).not.toBe("it fits");
  });

  it("is an export's mapping of rows left out or of what the model does not have", () => {
    const { model: example } = torchModels.example();
    const made = (mapping: TorchMapping) => () => exportState(example, randomWeights(example), { mapping });
    expect(made({ fc21: "encoder.2[0:2]" })).toThrow(
      /rows of encoder.2.weight \[4, 9\] are given twice, or with gaps/,
    );
    expect(made({ a: "encoder.2[0:2]", b: "encoder.2[0:2]" })).toThrow(/given twice, or with gaps/);
    expect(made({ a: "encodr.2" })).toThrow(/the mapping names encodr.2, which the model does not have/);
    expect(made({ a: "encoder.0", b: "encoder.0" })).toThrow(/given twice/);
    expect(made({ ...exampleMapping, classifier: null })).not.toThrow();
  });

  it("is a file of torch.save", () => {
    expect(() => decodeStateDict(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0), "vae.pt")).toThrow(
      /vae.pt is a file of torch.save.*safetensors.torch.save_file/,
    );
  });

  it("is a file with a BOOL that is none", () => {
    const file = encodeStateDict({
      arrays: { a: { type: "BOOL", shape: [2], values: Float32Array.of(1, 2) } },
      metadata: {},
    });
    expect(() => decodeStateDict(file, "a.safetensors")).toThrow(
      /BOOL tensor "a" has bytes other than 0 and 1/,
    );
  });

  it("is a mapping that is none", () => {
    expect(() => checkMapping(["a"], "map.json")).toThrow(/map.json must be an object/);
    expect(() => checkMapping({ a: 3 }, "map.json")).toThrow(/"a" must be one of our names/);
    expect(() => checkMapping({ a: "b[3:2]" }, "map.json")).toThrow(/no rows from 3 to 2/);
  });
});

it("modules are told apart by order where their names count on, and wrappers don't matter", () => {
  const model = vae({ input: [4], latent: 2, hidden: [4, 4] });
  const weights = randomWeights(model);
  const { arrays, metadata } = exportState(model, weights);
  const steps: Record<string, string> = { "0": "1", "2": "3", "4": "10" };
  const renamed = Object.entries(arrays).map(([name, array]) => [
    name.replace(
      /^(\w+)\.(\d)/,
      (_, part: string, at: string) => `module.${part}_net.block_${steps[at] ?? ""}`,
    ),
    array,
  ]);
  const { weights: again } = importState(
    { arrays: Object.fromEntries(renamed) as StateDict["arrays"], metadata },
    model,
    { source: "renamed" },
  );
  for (const [name, { data }] of Object.entries(weights)) expect(again[name]?.data).toEqual(data);
});

it("sizes of a perceptron are read out of its weights, of convolutions only the code's", () => {
  expect(inferSizes(dictOf("notebook"))).toEqual({ latent: 3, hidden: [12, 8], input: [6, 6] });
  expect(inferSizes(dictOf("keras"))).toMatchObject({ latent: 2, channels: [3, 5] });
  expect(inferSizes(dictOf("vanilla"))).toMatchObject({ latent: 3, channels: [3, 4, 6] });
  expect(inferSizes(dictOf("example"))).toEqual({});
  expect(inferSizes(dictOf("example"), exampleMapping)).toEqual({ latent: 2, hidden: [9], input: [5, 5] });
  const blocks = vae({ input: [8, 8], latent: 2, network: "resnet(channels=[2, 3], blocks=1)" });
  expect(inferSizes(exportState(blocks, randomWeights(blocks)))).toEqual({ latent: 2 });
});

it("half-precision numbers are the nearest ones", () => {
  const values = [
    1,
    -2.5,
    65504,
    65519,
    65520,
    2 ** -24,
    2 ** -25,
    2 ** -25 * 1.1,
    1 + 2 ** -11,
    1 + 3 * 2 ** -11,
    0.1,
  ];
  const expected = [1, -2.5, 65504, 65504, Infinity, 2 ** -24, 0, 2 ** -24, 1, 1 + 2 ** -9, 0.0999755859375];
  const shape = [values.length];
  const dict = { arrays: { a: { type: "F16", shape, values: Float64Array.from(values) } }, metadata: {} };
  expect(Array.from(decodeStateDict(encodeStateDict(dict), "a").arrays["a"]?.values ?? [])).toEqual(expected);
  const brain = {
    arrays: { a: { type: "BF16", shape: [3], values: Float64Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, -3) } },
    metadata: {},
  };
  expect(Array.from(decodeStateDict(encodeStateDict(brain), "a").arrays["a"]?.values ?? [])).toEqual([
    1,
    1 + 2 ** -6,
    -3,
  ]);
  const file = encodeSafetensors({ w: tensor("float32", [2], Float32Array.of(Number.NaN, -0)) });
  expect(encodeStateDict(decodeStateDict(file, "nan"))).toEqual(file);
});
