import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Runs a command in the root, its output shown; answers its exit code. */
export function run(command, args, env = {}) {
  const windows = process.platform === "win32";
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: windows && command === "npm",
    env: { ...process.env, ...env },
  });
  if (result.error) console.error(String(result.error));
  return result.status ?? 1;
}

/** Runs a tool that npm installed beside others; answers its exit code and what it printed, once it has ended. */
export function runToolBeside(script, args) {
  return new Promise((resolve) => {
    const file = path.isAbsolute(script) ? script : path.join("node_modules", script);
    const child = spawn(process.execPath, [file, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const printed = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => printed.push(chunk));
    child.on("error", (error) => resolve({ code: 1, printed: `${error}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, printed: Buffer.concat(printed).toString() }));
  });
}

/** Runs a tool that npm installed, by the path of its script. */
export function runTool(script, args) {
  return run(process.execPath, [path.join("node_modules", script), ...args]);
}

/** Ends the process with `code` and a message if `code` says failure. */
export function orStop(code, what) {
  if (code === 0) return;
  console.error(`${what} failed (exit code ${code})`);
  process.exit(code);
}

/** Installs the packages of package-lock.json unless they are there. */
export function install() {
  const installed = path.join(root, "node_modules", ".package-lock.json");
  const lock = path.join(root, "package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log("installing packages");
  // The engine's own install script fetches CUDA libraries, which nothing here needs; npm 11 leaves it out by itself
  // (`allowScripts` in package.json), npm 10 runs it.
  const env = { ONNXRUNTIME_NODE_INSTALL: "skip" };
  orStop(run("npm", ["ci", "--no-audit", "--no-fund"], env), "npm ci");
}

/** Compiles src/ to dist/, and builds the studio's page. */
export function build() {
  const code = runTool("typescript/bin/tsc", ["-p", "tsconfig.build.json"]);
  if (code !== 0) return code;
  return (
    run(process.execPath, ["scripts/finish-build.mjs"]) || run(process.execPath, ["scripts/build-studio.mjs"])
  );
}
