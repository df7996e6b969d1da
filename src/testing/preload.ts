import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

/** Writes `faults.ts` as JavaScript into a folder; returns what `node --import` takes to load it. */
export function faultsModule(folder: string): string {
  const source = readFileSync(fileURLToPath(new URL("faults.ts", import.meta.url)), "utf8");
  const { ESNext } = ts.ModuleKind;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const file = path.join(folder, "faults.mjs");
  writeFileSync(file, outputText);
  return pathToFileURL(file).href;
}
