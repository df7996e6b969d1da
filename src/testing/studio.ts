import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { studioTools } from "../cli/studio.js";
import { type RunningStudio, type ServerOptions, startStudio } from "../studio/index.js";
import { runCli } from "./run-cli.js";

/** A page that stands for the real one: an index, a script whose name has its hash, a style and a picture. */
export function writePage(folder: string): string {
  mkdirSync(path.join(folder, "assets"), { recursive: true });
  writeFileSync(
    path.join(folder, "index.html"),
    `<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="utf-8" />\n    <title>Latent studio</title>\n` +
      `    <script type="module" src="./assets/app-Ab3dEf9h.js"></script>\n  </head>\n  <body></body>\n</html>\n`,
  );
  writeFileSync(
    path.join(folder, "assets", "app-Ab3dEf9h.js"),
    `export const words = ${JSON.stringify("word ".repeat(2000))};\n`,
  );
  writeFileSync(path.join(folder, "icon.svg"), `<svg xmlns="http://www.w3.org/2000/svg"/>`);
  writeFileSync(path.join(folder, "secret.env"), "never served");
  return folder;
}

/** Serves a studio with the command's own ways to read and train, at a free port. */
export function serveStudio(
  options: Omit<ServerOptions, "data"> & { readonly data?: string[] },
): Promise<RunningStudio> {
  return startStudio({ ...studioTools, note: () => undefined }, { port: 0, data: [], ...options });
}

/** Settings of a small run that takes a second. */
export const smallRun = ["--hidden", "16", "--threads", "1", "--seed", "3", "--batch", "32"];

/** Trains a small run by the command. */
export async function trainSmall(data: string, out: string, more: readonly string[] = []): Promise<void> {
  const { code, stderr } = await runCli(["train", data, "--out", out, "--no-pictures", ...smallRun, ...more]);
  if (code !== 0) throw new Error(stderr);
}

/** An answer to a request that may say anything in its head. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request as no browser would send it: its path goes out as it is written, and `host` may be any. */
export function raw(
  address: string,
  target: string,
  { method = "GET", headers = {}, body = undefined as Uint8Array | string | undefined } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path: target, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** One server-sent event. */
export interface SentEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id: string | undefined;
}

function parsed(block: string): SentEvent | undefined {
  const fields = new Map(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const data = fields.get("data");
  return data === undefined
    ? undefined
    : { event: fields.get("event") ?? "message", data: JSON.parse(data) as unknown, id: fields.get("id") };
}

/**
 * Reads server-sent events until `until` says that they are enough, or until the server ends the stream; then lets go.
 */
export async function readEvents(
  address: string,
  until: (events: readonly SentEvent[]) => boolean | Promise<boolean>,
  headers: Record<string, string> = {},
): Promise<SentEvent[]> {
  const controller = new AbortController();
  const response = await fetch(address, { headers, signal: controller.signal });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  const events: SentEvent[] = [];
  let rest = "";
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const blocks = (rest + Buffer.from(chunk).toString("utf8")).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parsed(block);
        if (event !== undefined) events.push(event);
      }
      if (await until(events)) break;
    }
  } finally {
    controller.abort();
  }
  return events;
}
