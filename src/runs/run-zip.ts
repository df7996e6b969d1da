import { type Unzipped, unzipSync, Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { UserError } from "../tensor/index.js";
import { readCheckpoint } from "../train/portable.js";
import type { RunPlace } from "./place/place.js";
import { textOf } from "./place/place.js";
import { configIn, runFiles } from "./run-files.js";
import { checkedConfig } from "./saved-run.js";

/** What an archive of a run may come to when it is unpacked. */
export interface UnzipLimits {
  /** Bytes of all files together; default 2^30 (1 GiB). */
  readonly bytes?: number;
  /** Number of files; default 10,000. */
  readonly files?: number;
}

/** Files that are of no use elsewhere: locks, and what was being written. */
const passing = /(^|\/)run\.lock|\.part$|\.crswap$|\.writable$/;
/** Files that are packed already, or hardly get smaller. */
const packed = /\.(safetensors|onnx|png|jpe?g|webp|gif)$/i;
/** The first moment that the format knows, so that the same run makes the same bytes. */
const always = "1980-01-01T00:00:00";

const piece = 2 ** 21;

/** The files of the run in a place as a zip archive: the same run makes the same bytes. Throws a UserError where there is no run. */
export async function zipPlace(place: RunPlace): Promise<Uint8Array> {
  if ((await configIn(place)) === undefined)
    throw new UserError(`${place.at(runFiles.config)} is missing: there is no run to pack`);
  const chunks: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
  });
  for (const name of (await place.files()).filter((each) => !passing.test(each))) {
    const content = await place.read(name);
    if (content === undefined) continue;
    const file = packed.test(name) ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    file.mtime = new Date(always);
    zip.add(file);
    // In pieces, so that a page can do other things between them.
    for (let at = 0; at < content.length || at === 0; at += piece) {
      file.push(content.subarray(at, at + piece), at + piece >= content.length);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  zip.end();
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function damaged(why: string): UserError {
  return new UserError(`the archive is no zip of a run: ${why}`);
}

/** Throws unless a name stays inside the folder that it is unpacked to. */
function requireInside(name: string): void {
  const parts = name.split("/");
  const outside = name.includes("\\") || /^[a-z]:/i.test(name) || /[\0-\x1f]/.test(name);
  const odd = parts.some((part, i) => part === ".." || part === "." || (part === "" && i < parts.length - 1));
  if (outside || odd || parts.length > 4 || name.length > 300)
    throw damaged(`it has a file ${JSON.stringify(name.slice(0, 80))}, which no run has`);
}

/** Unpacks no more than is allowed: sizes are counted before, and no file becomes larger than it is said to be. */
function unpacked(bytes: Uint8Array, most: Required<UnzipLimits>): Unzipped {
  let total = 0;
  let count = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        requireInside(name);
        total += originalSize;
        if (++count > most.files) throw damaged(`it has more than ${most.files} files`);
        if (!(total <= most.bytes)) throw damaged(`unpacked it would take more than ${most.bytes} bytes`);
        return !name.endsWith("/");
      },
    });
  } catch (error) {
    throw error instanceof UserError
      ? error
      : damaged(error instanceof Error ? error.message : String(error));
  }
}

/** The files of a run in an archive, whether they are at its top or in one folder, as most programs pack them. */
function runIn(files: Unzipped): Record<string, Uint8Array> {
  const names = Object.keys(files);
  const config = names
    .filter((name) => name === runFiles.config || /^[^/]+\/config\.json$/.test(name))
    .sort((a, b) => a.length - b.length)[0];
  if (config === undefined) throw damaged(`it has no ${runFiles.config}`);
  const top = config.slice(0, -runFiles.config.length);
  const own = names.filter((name) => name.startsWith(top) && !passing.test(name));
  return Object.fromEntries(own.map((name) => [name.slice(top.length), files[name] as Uint8Array]));
}

/**
 * Unpacks the archive of a run into a place that holds none. Throws a UserError, before anything is written, for what is no
 * such archive or a damaged one, for more than the limits allow and for files that would lead out of the place.
 */
export async function unzipInto(place: RunPlace, bytes: Uint8Array, limits: UnzipLimits = {}): Promise<void> {
  const most = { bytes: limits.bytes ?? 2 ** 30, files: limits.files ?? 10_000 };
  const { [runFiles.config]: config = new Uint8Array(), ...files } = runIn(unpacked(bytes, most));
  checkedConfig(textOf(config), `the archive's ${runFiles.config}`);
  for (const file of [runFiles.last, runFiles.best]) {
    const checkpoint = files[file];
    if (checkpoint !== undefined) await readCheckpoint(checkpoint, `the archive's ${file}`, place.sha256);
  }
  await place.makeFolder("");
  const held = await place.hold();
  try {
    if ((await place.read(runFiles.config)) !== undefined)
      throw new UserError(`${place.name} holds a run already; unpack into another folder`);
    const made = new Set<string>();
    for (const [name, content] of Object.entries(files)) {
      const parts = name.split("/").slice(0, -1);
      for (const folder of parts.map((_, i) => parts.slice(0, i + 1).join("/"))) {
        if (!made.has(folder)) await place.makeFolder(folder);
        made.add(folder);
      }
      await place.writeWhole(name, content);
    }
    // With it the place holds a run.
    await place.writeWhole(runFiles.config, config);
  } finally {
    await held.release();
  }
}
