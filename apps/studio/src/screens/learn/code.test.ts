import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { codeOf } from "./code";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

test("the files that a step names are there", () => {
  for (const { files } of Object.values(codeOf)) {
    for (const file of files) expect(existsSync(path.join(root, file)), file).toBe(true);
  }
});

test("the lesson's code has the types that the package exports", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "lesson-code-"));
  try {
    for (const [step, { code }] of Object.entries(codeOf)) {
      writeFileSync(path.join(folder, `${step}.ts`), `${code}\nexport {};\n`);
    }
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
    const compilerOptions = {
      target: "ES2022",
      lib: ["ES2023"],
      module: "NodeNext",
      moduleResolution: "NodeNext",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      types: ["node"],
      typeRoots: [path.join(root, "node_modules", "@types")],
      paths: { latent: [path.join(root, "dist", "index.d.ts")] },
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
    rmSync(folder, { recursive: true });
  }
}, 180_000);
