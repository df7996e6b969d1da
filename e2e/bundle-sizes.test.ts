import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scratchFolder } from "../src/testing/run-cli.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const scratch = scratchFolder();

beforeAll(() => {
  mkdirSync(path.join(scratch.folder, "node_modules"));
  symlinkSync(root, path.join(scratch.folder, "node_modules", "latent"), "dir");
  writeFileSync(path.join(scratch.folder, "package.json"), '{ "type": "module" }');
});
afterAll(scratch.remove);

/** Bytes that what is imported at once, minified, adds up to; what is loaded when needed is not counted. */
type Bundler = (file: string) => Promise<number>;

interface Chunk {
  readonly fileName: string;
  readonly imports: readonly string[];
  readonly code: string;
}

async function minified(chunks: readonly Chunk[], entry: string): Promise<number> {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const chunk = chunks.find(({ fileName }) => fileName === name);
    if (chunk === undefined || seen.has(name)) return;
    seen.add(name);
    chunk.imports.forEach(visit);
  };
  visit(entry);
  const needed = chunks.filter(({ fileName }) => seen.has(fileName));
  const codes = await Promise.all(
    needed.map(({ code }) => esbuild.transform(code, { minify: true, format: "esm" })),
  );
  return codes.reduce((sum, { code }) => sum + code.length, 0);
}

const bundlers: Readonly<Record<string, Bundler>> = {
  async esbuild(file) {
    const { metafile, outputFiles } = await esbuild.build({
      entryPoints: [file],
      bundle: true,
      splitting: true,
      format: "esm",
      outdir: path.join(scratch.folder, "out"),
      absWorkingDir: scratch.folder,
      write: false,
      metafile: true,
    });
    const chunks = Object.entries(metafile.outputs).map(([name, { imports }]) => ({
      fileName: name,
      imports: imports.filter(({ kind }) => kind === "import-statement").map((each) => each.path),
      code: outputFiles.find((output) => output.path.endsWith(path.sep + path.basename(name)))?.text ?? "",
    }));
    const entry = Object.keys(metafile.outputs).find((name) => metafile.outputs[name]?.entryPoint) ?? "";
    return minified(chunks, entry);
  },
  async rollup(file) {
    const bundle = await rollup({
      input: file,
      // CommonJS packages would need another plug-in, and nothing that is measured by Rollup uses one
      external: (id) => /^[@a-z]/.test(id) && !id.startsWith("latent"),
      plugins: [nodeResolve({ browser: true })],
      logLevel: "silent",
    });
    const { output } = await bundle.generate({ format: "esm" });
    return minified(
      output.filter((each) => each.type === "chunk"),
      output[0].fileName,
    );
  },
  async Vite(file) {
    const made = await build({
      root: scratch.folder,
      configFile: false,
      logLevel: "silent",
      build: { write: false, modulePreload: false, rollupOptions: { input: file } },
    });
    const [result] = [made].flat();
    if (result === undefined || !("output" in result)) throw new Error("Vite has made nothing");
    const chunks = result.output.filter((each) => each.type === "chunk");
    return minified(chunks, chunks.find(({ isEntry }) => isEntry)?.fileName ?? "");
  },
};

/** Kilobytes that importing a name of `latent/web` may cost, minified; about a tenth above what it is. */
const most: Readonly<Record<string, number>> = {
  UserError: 1.5,
  decodeNpy: 11,
  fromArrays: 32,
  imageGrid: 16,
  normal: 85,
  vae: 245,
  train: 620, // with all that keeps and resumes a run: it looks saved names up in the catalogues
  loadModel: 430,
};
/** All bundlers read the same `sideEffects`; the slower ones do with fewer names. */
const tried = [
  ...Object.keys(most).map((name) => [name, "esbuild"] as const),
  ...["UserError", "normal", "train"].map((name) => [name, "Vite"] as const),
  ["UserError", "rollup"] as const,
];

test.each(tried)("importing only %s from latent/web costs few kilobytes in %s", async (name, bundler) => {
  const file = path.join(scratch.folder, `${name}.js`);
  writeFileSync(file, `import { ${name} } from "latent/web";\nconsole.log(${name});\n`);
  const size = (await bundlers[bundler]?.(file)) ?? 0;
  expect(size / 1000).toBeLessThan(most[name] ?? 0);
  expect(size).toBeGreaterThan(80);
});

test("what bundlers leave out is not missed: methods of expressions, and exact divergences between families", async () => {
  const file = path.join(scratch.folder, "kept.js");
  writeFileSync(
    file,
    `import { beta, constant, input, klDivergence, normal } from "latent/web";
     const p = beta.of({ concentration1: 2, concentration0: 3 });
     const { method } = klDivergence(p, normal.of({ loc: 0, scale: 1 }), constant(0.5));
     globalThis.kept = [method, input("x", "float32", [2]).add(1).exp().sum().shape.length];`,
  );
  const { outputFiles } = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    format: "esm",
    write: false,
  });
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.text ?? "").toString("base64")}`);
  expect((globalThis as { kept?: unknown }).kept).toEqual(["exact", 0]);
});

describe("package.json says which files have effects", () => {
  const { sideEffects } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    sideEffects: readonly string[];
  };
  const listed = (file: string): boolean =>
    sideEffects.some((pattern) => {
      const [folder = ""] = pattern.replace(/^\.\//, "").split("**");
      return pattern.endsWith("/**") ? file.startsWith(folder) : file === folder;
    });
  const modules = readdirSync(path.join(root, "dist"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js") && !/^(bundle|testing)/.test(name))
    .map((name) => `dist/${name.split(path.sep).join("/")}`);

  test("every file that another imports for its effects alone", () => {
    const missed = modules.flatMap((file) =>
      [...readFileSync(path.join(root, file), "utf8").matchAll(/^import "(\.[^"]+)";/gm)]
        .map(([, target = ""]) => path.posix.join(path.posix.dirname(file), target))
        .filter((target) => !listed(target)),
    );
    expect(missed).toEqual([]);
  });

  test("every file that adds to another's prototype", () => {
    const missed = modules.filter(
      (file) => /\bExpr\.prototype\b/.test(readFileSync(path.join(root, file), "utf8")) && !listed(file),
    );
    expect(missed).toEqual([]);
  });
});
