/*
 * Loaded before a program (`node --import`), lets its file operations in a folder fail. `FAULT_IN` is the folder,
 * `FAULT_AT` counts the operations that change something in it, from 1; `FAULT` says what happens at that one:
 * `kill` ends the process as SIGKILL does, in the middle of a write; `ENOSPC`, `EROFS`, ... make it and all writes
 * after it fail so. `FAULT_LOG` is a file that the operations are listed in.
 */
import { appendFileSync } from "node:fs";
import fs, { type FileHandle } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { isMainThread } from "node:worker_threads";

type Operation = (...args: unknown[]) => Promise<unknown>;
type Patched = Record<string, Operation>;

const { FAULT_IN: folder = "", FAULT_AT: place = "0", FAULT: fault = "kill", FAULT_LOG: log } = process.env;
const target = path.resolve(folder);
const at = Number(place);
let count = 0;

const inside = (file: unknown): boolean =>
  typeof file === "string" &&
  (path.resolve(file) === target || path.resolve(file).startsWith(target + path.sep));

/** Counts an operation; kills or throws if it is its turn. `half` is what a write that is killed has done. */
async function meet(what: string, frees: boolean, half?: () => Promise<unknown>): Promise<void> {
  count++;
  if (log !== undefined) appendFileSync(log, `${count} ${what}\n`);
  if (fault === "kill" && count === at) {
    await half?.();
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => undefined);
  }
  if (fault !== "kill" && at > 0 && count >= at && !frees) {
    throw Object.assign(new Error(`${fault}: injected, ${what}`), { code: fault });
  }
}

function patchHandle(handle: FileHandle, name: string): void {
  const methods = handle as unknown as Patched;
  for (const method of ["writeFile", "write", "sync"]) {
    const real = (methods[method] as Operation).bind(handle);
    methods[method] = async (...args) => {
      const [content] = args;
      const half = async (): Promise<void> => {
        if (method === "sync") return;
        const bytes = Buffer.from(content as string | Uint8Array);
        await real(bytes.subarray(0, bytes.length / 2));
      };
      await meet(`${method} ${name}`, false, half);
      return real(...args);
    };
  }
}

function patch(): void {
  const methods = fs as unknown as Patched;
  for (const method of ["rename", "rm", "rmdir", "mkdir", "link", "copyFile", "writeFile"]) {
    const real = methods[method] as Operation;
    methods[method] = async (...args) => {
      const named = args.slice(0, 2).filter(inside).map(String);
      if (named.length > 0) await meet(`${method} ${named.join(" ")}`, /^r/.test(method));
      return real(...args);
    };
  }
  const open = methods.open as Operation;
  methods.open = async (...args) => {
    const [name, flags = "r"] = args;
    if (!inside(name) || flags === "r") return open(...args);
    await meet(`open ${String(name)}`, false);
    const handle = (await open(...args)) as FileHandle;
    patchHandle(handle, String(name));
    return handle;
  };
  syncBuiltinESMExports();
}

if (isMainThread && folder !== "") patch();
