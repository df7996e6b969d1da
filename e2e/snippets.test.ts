import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scratchFolder } from "../src/testing/run-cli.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The TypeScript in a Markdown file, but for what uses other packages. */
function snippets(file: string): string[] {
  const blocks = readFileSync(path.join(root, file), "utf8").matchAll(/```ts\n([\s\S]*?)```/g);
  return [...blocks].map(([, code = ""]) => code).filter((code) => !code.includes("ort."));
}

test("the TypeScript in README and docs has the types that the package exports", () => {
  const { folder, remove } = scratchFolder();
  try {
    const documents = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
    const files = ["README.md", ...documents.map((name) => `docs/${name}`)];
    const all = files.flatMap((file) =>
      snippets(file).map((code, i) => [`${file.replace(/\W/g, "-")}-${i}.ts`, code] as const),
    );
    expect(all.length).toBeGreaterThan(8);
    for (const [name, code] of all) writeFileSync(path.join(folder, name), `${code}\nexport {};\n`);
    // what other snippets import
    const own = all.find(
      ([name, code]) => name.startsWith("docs") && code.includes("export const triangular"),
    );
    writeFileSync(path.join(folder, "triangular.ts"), own?.[1] ?? "");
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
    const compilerOptions = {
      target: "ES2022",
      lib: ["ES2023"],
      module: "NodeNext",
      moduleResolution: "NodeNext",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"],
      typeRoots: [path.join(root, "node_modules", "@types")],
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      paths: {
        latent: [path.join(root, "dist", "index.d.ts")],
        "latent/graph": [path.join(root, "dist", "graph-node.d.ts")],
        "latent/web": [path.join(root, "dist", "web.d.ts")],
      },
    };
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
    let errors = "";
    try {
      execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      errors = (error as { stdout: string }).stdout;
    }
    expect(errors).toBe("");
  } finally {
    remove();
  }
}, 180_000);
