import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { UserError } from "../tensor/index.js";
import { fileInside } from "./inside.js";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".gif": "image/gif",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};
const compressed = new Set([
  ".html",
  ".js",
  ".mjs",
  ".css",
  ".json",
  ".webmanifest",
  ".svg",
  ".wasm",
  ".txt",
]);
/** Larger files are sent as they are, unless the build has them compressed: that takes longer than it saves. */
const largestCompressed = 6 * 2 ** 20;
const smallestCompressed = 1024;

/** The type of a file by its name; undefined of one that is not served. */
export const typeOf = (name: string): string | undefined => types[path.extname(name).toLowerCase()];

type Encoding = "br" | "gzip" | "identity";
const suffixes = { br: ".br", gzip: ".gz" } as const;

const compress: Readonly<Record<"br" | "gzip", (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (bytes) => promisify(gzip)(bytes),
};

/** A file as it is sent. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly encoding: Encoding;
  readonly etag: string;
  /** Whether its name stands for its content. */
  readonly immutable: boolean;
}

/** The best encoding that a request takes. */
export function encodingFor(accepts: string | undefined): Encoding {
  const offered = (accepts ?? "")
    .split(",")
    .map((one) => one.trim().toLowerCase())
    .filter((one) => !/;\s*q=0(\.0*)?$/.test(one))
    .map((one) => one.split(";")[0]?.trim());
  return offered.includes("br") ? "br" : offered.includes("gzip") ? "gzip" : "identity";
}

/** The files of the page's build. Those that are asked for stay in memory, compressed. */
export class PageFiles {
  private readonly made = new Map<string, Promise<PageFile>>();

  private constructor(readonly folder: string) {}

  /** Throws a UserError that says how to build the page if it is not there. */
  static async open(folder: string): Promise<PageFiles> {
    if ((await fileInside(folder, "index.html").catch(() => undefined)) === undefined) {
      throw new UserError(
        `the studio's page is not built: ${path.join(folder, "index.html")} is missing. Run: npm run build`,
      );
    }
    return new PageFiles(folder);
  }

  /** All files that are served, by names with slashes, in order. */
  async names(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && typeOf(entry.name) !== undefined)
      .map((entry) =>
        path.relative(this.folder, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"),
      )
      .filter((name) => isServed(name))
      .sort();
  }

  /** A file by its address, which begins with a slash; undefined if there is none of that name. */
  async find(address: string, wanted: Encoding): Promise<PageFile | undefined> {
    const name = address === "/" ? "index.html" : address.slice(1);
    if (!isServed(name)) return undefined;
    const file = await fileInside(this.folder, name);
    if (file === undefined) return undefined;
    const { mtimeMs, size } = await stat(file);
    const key = [name, wanted, mtimeMs, size].join("|");
    const before = this.made.get(key);
    if (before !== undefined) return before;
    const made = this.make(name, file, wanted);
    this.made.set(key, made);
    made.catch(() => this.made.delete(key));
    return made;
  }

  private async make(name: string, file: string, wanted: Encoding): Promise<PageFile> {
    const plain = await readFile(file);
    const { bytes, encoding } = await this.encoded(name, plain, wanted);
    const digest = createHash("sha256").update(plain).digest("base64url").slice(0, 22);
    return {
      bytes: new Uint8Array(bytes),
      type: typeOf(name) ?? "application/octet-stream",
      encoding,
      etag: `"${digest}${encoding === "identity" ? "" : `-${encoding}`}"`,
      immutable: /^assets\/.*[-.][\w-]{8,}\.\w+$/.test(name),
    };
  }

  private async encoded(
    name: string,
    plain: Buffer,
    wanted: Encoding,
  ): Promise<{ readonly bytes: Buffer; readonly encoding: Encoding }> {
    const suits = compressed.has(path.extname(name).toLowerCase()) && plain.length >= smallestCompressed;
    if (wanted === "identity" || !suits) return { bytes: plain, encoding: "identity" };
    const built = await fileInside(this.folder, `${name}${suffixes[wanted]}`);
    if (built !== undefined) return { bytes: await readFile(built), encoding: wanted };
    if (plain.length > largestCompressed) return { bytes: plain, encoding: "identity" };
    return { bytes: await compress[wanted](plain), encoding: wanted };
  }
}

/** Whether a name may be a file of the page: plain names in plain folders, of a type that is known. */
function isServed(name: string): boolean {
  const parts = name.split("/");
  return (
    typeOf(name) !== undefined &&
    parts.length <= 6 &&
    parts.every((part) => /^[\w@][\w@.+-]{0,199}$/.test(part))
  );
}
