import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { encodeIdx } from "../data/portable.js";
import { RandomStream, tensor } from "../tensor/index.js";

const main = fileURLToPath(new URL("../../dist/bundle/main.js", import.meta.url));

/** What a run of the command came to. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command is run. */
export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Told of each line of standard output, and handed the process, to send it signals. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
  /** Seconds after which it is ended, and what it has said so far is thrown; default: never. */
  readonly within?: number;
}

/** Runs the built command as a process of its own, without a terminal. */
export function runCli(
  args: readonly string[],
  { cwd, env, onLine, within }: CliOptions = {},
): Promise<CliResult> {
  if (!existsSync(main)) throw new Error(`${main} is missing: build first (npm run build)`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", ...env },
      ...(cwd !== undefined && { cwd }),
    });
    let [stdout, stderr, rest] = ["", "", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine?.(line, child);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    const late = (): void => {
      child.kill("SIGKILL");
      reject(new Error(`latent ${args.join(" ")} did not end within ${within} s: ${stderr}`));
    };
    const timer = within === undefined ? undefined : setTimeout(late, 1000 * within);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr });
    });
  });
}

/** A new empty folder; `remove` it after use. */
export function scratchFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(os.tmpdir(), "latent-test-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function writeSplit(folder: string, name: string, length: number, stream: RandomStream): void {
  const size = 8;
  const labels = Uint8Array.from({ length }, (_, i) => i % 3);
  const noise = stream.child(name).uniform(new Float32Array(length * size * size), 0);
  const images = Uint8Array.from(noise, (value, at) => {
    const [i, y, x] = [Math.floor(at / (size * size)), Math.floor(at / size) % size, at % size];
    const lit = [x < 3, y < 3, x === y][i % 3] === true;
    return lit ? 200 + 55 * value : 40 * value;
  });
  writeFileSync(
    path.join(folder, `${name}-images-idx3-ubyte`),
    encodeIdx(tensor("uint8", [length, size, size], images)),
  );
  writeFileSync(path.join(folder, `${name}-labels-idx1-ubyte`), encodeIdx(tensor("uint8", [length], labels)));
}

/** A data set in idx form: 8x8 images of three classes (bars and a diagonal), 300 to train and 60 to test. */
export function writeTinyData(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const stream = new RandomStream(7, "tiny-data");
  writeSplit(folder, "train", 300, stream);
  writeSplit(folder, "t10k", 60, stream);
  return folder;
}
