import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportTorch, importTorch, loadModel } from "../node.js";
import { tensor, toNumbers } from "../tensor/index.js";
import { worstError } from "../testing/evaluate.js";
import { type CliResult, runCli, scratchFolder, writeTinyData } from "../testing/run-cli.js";
import {
  exampleMapping,
  torchCases,
  torchFile,
  torchModels,
  type TorchName,
} from "../testing/torch-models.js";

const scratch = scratchFolder();
const at = (...names: string[]): string => path.join(scratch.folder, ...names);
const latent = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: scratch.folder });

const flags: Readonly<Record<TorchName, readonly string[]>> = {
  // all that the others must be told is in the weights of a perceptron of ReLUs
  notebook: [],
  colour: ["--input", "4,5,3"],
  example: ["--map", "map.json"],
  keras: ["--input", "8,8", "--network", "keras(hidden=[6])"],
  vanilla: [
    ...["--input", "16,16,3", "--network", "vanilla(tanh=true)", "--range=-1,1"],
    ...["--likelihood", "normal(scale=1)"],
  ],
};
const names = Object.keys(flags) as TorchName[];

beforeAll(() => {
  for (const name of names) writeFileSync(at(`${name}.safetensors`), torchFile(name));
  writeFileSync(at("map.json"), JSON.stringify(exampleMapping));
});
afterAll(scratch.remove);

describe.each(names)("PyTorch's %s", (name) => {
  const { shape, x, mean, z, latent: width, decoded } = torchCases[name];

  test("is imported, and encodes and decodes as there", async () => {
    const { code, stderr, stdout } = await latent(
      "import",
      "torch",
      `${name}.safetensors`,
      "--out",
      name,
      ...flags[name],
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(`${name}\n`);
    const model = await loadModel(at(name));
    const codes = await model.codes(tensor("float32", [3, ...shape], Float32Array.from(x)));
    expect(worstError(toNumbers(codes), mean).error).toBeLessThan(1e-5);
    const made = await model.decode(tensor("float32", [3, width], Float32Array.from(z)));
    expect(worstError(toNumbers(made), decoded).error).toBeLessThan(1e-5);
    await model.close();
  });

  test("is exported as the file that it was", async () => {
    const { code, stderr } = await latent("export", "torch", name, "--out", "back.safetensors");
    expect(code, stderr).toBe(0);
    expect(new Uint8Array(readFileSync(at("back.safetensors")))).toEqual(torchFile(name));
  });
});

test("an export tells which convolutions PyTorch's padding does not do", async () => {
  const same = ["--network", "keras(hidden=[6], padding=same)", "--input", "8,8", "--out", "uneven"];
  await latent("import", "torch", "keras.safetensors", ...same);
  const { code, stderr, stdout } = await latent("export", "torch", "uneven", "--out", "uneven.safetensors");
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/encoder.0, encoder.2, decoder.3, decoder.5: .*ZeroPad2d\(\(0, 1, 0, 1\)\)/);
  expect(stdout).toBe("uneven.safetensors\n");
  const even = await latent("export", "torch", "keras", "--out", "even.safetensors");
  expect(even.stderr).not.toMatch(/ZeroPad2d/);
});

test("an import tells what it did, as text and as JSON", async () => {
  const text = await latent("import", "torch", "keras.safetensors", "--out", "told", ...flags.keras);
  expect(text.stderr).toMatch(/keras pads pictures as PyTorch does/);
  expect(text.stderr).toMatch(
    /z_mean and z_log_var are one layer here, encoder.7: the rows of the mean first/,
  );
  expect(text.stderr).toMatch(
    /channels last here: the numbers of encoder.5.weight, decoder.0.weight, decoder.0.bias/,
  );
  const json = await latent(
    "import",
    "torch",
    "keras.safetensors",
    "--out",
    "json",
    "--json",
    ...flags.keras,
  );
  const { names: matched, out } = JSON.parse(json.stdout) as { names: Record<string, string>; out: string };
  expect(out).toBe("json");
  expect(matched["z_log_var.bias"]).toBe("encoder.7.bias[2:4]");
});

test("pictures are padded as in PyTorch only where padding is not told, by flag or config file", async () => {
  writeFileSync(at("same.json"), JSON.stringify({ network: "keras(hidden=[6], padding=same)" }));
  writeFileSync(at("untold.json"), JSON.stringify({ network: "keras(hidden=[6])" }));
  const imported = async (...args: string[]): Promise<string> => {
    const out = ["--out", `padded-${args.at(-1)?.length ?? 0}`, "--json"];
    const { stdout, stderr } = await latent(
      "import",
      "torch",
      "keras.safetensors",
      "--input",
      "8,8",
      ...out,
      ...args,
    );
    return stderr + (JSON.parse(stdout) as { model: string }).model;
  };
  expect(await imported("--network", "keras(hidden=[6], padding=same)")).not.toMatch(
    /as PyTorch does|padding/,
  );
  expect(await imported("--config", "same.json")).not.toMatch(/as PyTorch does|padding/);
  expect(await imported("--config", "untold.json")).toMatch(/as PyTorch does/);
});

test("what can't be imported is refused, and nothing is written", async () => {
  const refused = async (message: RegExp, ...args: string[]): Promise<void> => {
    const { code, stderr } = await latent("import", "torch", ...args);
    expect(stderr).toMatch(message);
    expect([1, 2]).toContain(code);
  };
  await refused(/where to\? Give a folder: --out DIR/, "notebook.safetensors");
  await refused(
    /the weights don't tell the shape of an example: give --input/,
    "keras.safetensors",
    "--out",
    "no",
  );
  await refused(
    /the shape of an example and the number of latent coordinates: give --input.* and --z/,
    "example.safetensors",
    "--out",
    "no",
  );
  await refused(/--range must be the numbers/, "notebook.safetensors", "--range=-1,", "--out", "no");
  await refused(
    /of another shape: encoder.0.weight \[12, 36\]/,
    "notebook.safetensors",
    "--hidden",
    "5,4",
    "--out",
    "no",
  );
  await refused(/can't read none.safetensors/, "none.safetensors", "--out", "no");
  await refused(/can't read none.json/, "notebook.safetensors", "--map", "none.json", "--out", "no");
  await refused(
    /--range must be the numbers of black and white/,
    "notebook.safetensors",
    "--range",
    "1,0",
    "--out",
    "no",
  );
  expect(existsSync(at("no"))).toBe(false);
  await refused(/notebook holds a model already/, "notebook.safetensors", "--out", "notebook");
});

test("a run's weights go out under our names and come in again", async () => {
  writeTinyData(at("tiny"));
  const trained = await latent(
    "train",
    "tiny",
    "--out",
    "run",
    "--epochs",
    "1",
    "--hidden",
    "6",
    "--no-pictures",
  );
  expect(trained.code, trained.stderr).toBe(0);
  await latent("export", "torch", "run", "--out", "run.safetensors");
  const { code, stderr } = await latent("import", "torch", "run.safetensors", "--out", "again");
  expect(code, stderr).toBe(0);
  const [before, after] = [await loadModel(at("run")), await loadModel(at("again"))];
  expect(after.weights).toEqual(before.weights);
  expect((await latent("export", "torch", "run", "--out", "run.pt")).stderr).toMatch(
    /--out must end in .safetensors/,
  );
});

test("in code: importTorch and exportTorch", async () => {
  const { model: definition, schema } = torchModels.vanilla();
  const options = { out: at("api"), ...(schema && { schema }) };
  const { model, record, names: matched } = await importTorch(at("vanilla.safetensors"), definition, options);
  expect(matched["fc_var.bias"]).toBe("encoder.9.bias[3:6]");
  const file = torchFile("vanilla");
  expect(await exportTorch(model, { record })).toEqual(file);
  expect(await exportTorch(at("api"))).toEqual(file);
  const loaded = await loadModel(at("api"));
  expect(loaded.schema).toEqual(schema);
  await expect(importTorch(file, torchModels.notebook().model)).rejects.toThrow(
    /the state_dict does not fit the model/,
  );
  await expect(importTorch(file, {} as never)).rejects.toThrow(/the model/);
  await expect(exportTorch(model, { record: {} as never })).rejects.toThrow(
    /exportTorch: record.*import the model again/,
  );
  await expect(exportTorch(model, { record: [] as never })).rejects.toThrow(/exportTorch: record/);
});
