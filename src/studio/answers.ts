import { open, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Context } from "hono";
import type { PageFile } from "./page-files.js";

/** Whether what the client has is what would be sent. */
function has(context: Context, etag: string): boolean {
  const known = (context.req.header("if-none-match") ?? "")
    .split(",")
    .map((one) => one.trim().replace(/^W\//, ""));
  return known.includes(etag) || known.includes("*");
}

/** Bytes of a type. */
export function bytesAnswer(context: Context, bytes: Uint8Array, type: string): Response {
  context.header("content-type", type);
  return context.body(new Uint8Array(bytes));
}

/** A file of the page, or that the client has it already. */
export function pageAnswer(context: Context, file: PageFile): Response {
  const { bytes, type, encoding, etag, immutable } = file;
  context.header("cache-control", immutable ? "max-age=31536000, immutable" : "no-cache");
  context.header("etag", etag);
  context.header("vary", "accept-encoding");
  if (has(context, etag)) return context.body(null, 304);
  context.header("content-type", type);
  if (encoding !== "identity") context.header("content-encoding", encoding);
  return context.body(bytes);
}

/** A file that does not change while the server runs, read as it is sent. */
export async function fileAnswer(context: Context, file: string, type: string): Promise<Response> {
  const { size, mtimeMs } = await stat(file);
  const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
  context.header("cache-control", "no-cache");
  context.header("etag", etag);
  if (has(context, etag)) return context.body(null, 304);
  context.header("content-type", type);
  context.header("content-length", String(size));
  if (context.req.method === "HEAD") return context.body(null);
  const opened = await open(file, "r");
  return context.body(Readable.toWeb(opened.createReadStream()) as ReadableStream<Uint8Array>);
}
