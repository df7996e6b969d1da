import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/*
 * A small S3-compatible server in memory: what the store uses of the protocol, as AWS documents it (Signature Version 4, conditional
 * writes, lists in pages). The signature is computed here from the specification, not by the client's package.
 */

/** The key that the server takes. */
export const s3Key = { accessKeyId: "AKIATEST", secretAccessKey: "not/a+secret" } as const;

/** A server to test with, and how it is made to fail. */
export interface S3Server {
  readonly endpoint: string;
  readonly objects: Map<string, Buffer>;
  /** Bytes that objects may take together; more is refused with 507. */
  capacity: number;
  /** So many requests that come next are answered with 503. */
  failures: number;
  /** Keys of a list's page. */
  page: number;
  close(): Promise<void>;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const hex = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** Why a request's signature is not that of the key; undefined if it is. */
function flaw(request: IncomingMessage, url: URL, body: Buffer): string | undefined {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, id, day = "", region = "", signed = "", signature = ""] =
    pattern.exec(request.headers.authorization ?? "") ?? [];
  if (id !== s3Key.accessKeyId) return "InvalidAccessKeyId";
  const date = String(request.headers["x-amz-date"] ?? "");
  if (!date.startsWith(day) || day === "") return "AccessDenied";
  const names = signed.split(";");
  if (!names.includes("host") || !names.includes("x-amz-date")) return "AccessDenied";
  const payload = String(request.headers["x-amz-content-sha256"] ?? "");
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== hex(body)) return "XAmzContentSHA256Mismatch";
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join("&");
  const headers = names.map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`).join("");
  const path = url.pathname
    .split("/")
    .map((part) => encoded(decodeURIComponent(part)))
    .join("/");
  const canonical = [request.method, path, query, headers, signed, payload].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hex(canonical)}`;
  const key = ["aws4_request"].reduce(
    (made, part) => hmac(made, part),
    hmac(hmac(hmac(`AWS4${s3Key.secretAccessKey}`, day), region), "s3"),
  );
  const wanted = hmac(key, text);
  return timingSafeEqual(wanted, Buffer.from(signature, "hex")) ? undefined : "SignatureDoesNotMatch";
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function answer(
  response: ServerResponse,
  status: number,
  body: Buffer | string = "",
  type = "application/xml",
): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

const problem = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`;

function listed(
  objects: ReadonlyMap<string, Buffer>,
  bucket: string,
  query: URLSearchParams,
  page: number,
): string {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? "";
  const all = [...objects.keys()]
    .filter((key) => key.startsWith(`${bucket}/${prefix}`))
    .map((key) => key.slice(bucket.length + 1))
    .sort()
    .filter((key) => key > after);
  const some = all.slice(0, page);
  const more =
    all.length > some.length ? `<NextContinuationToken>${some.at(-1) ?? ""}</NextContinuationToken>` : "";
  const contents = some.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more !== ""}</IsTruncated>${contents}${more}</ListBucketResult>`;
}

/** Starts a server on a free port of this machine, with one bucket. */
export async function startS3(bucket = "test-bucket"): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const state = { capacity: Infinity, failures: 0, page: 1000 };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://s3.test");
    const body = await bodyOf(request);
    if (state.failures > 0) {
      state.failures--;
      return answer(response, 503, problem("SlowDown"));
    }
    const wrong = flaw(request, url, body);
    if (wrong !== undefined) return answer(response, 403, problem(wrong));
    const [, asked = "", ...rest] = decodeURIComponent(url.pathname).split("/");
    if (asked !== bucket) return answer(response, 404, problem("NoSuchBucket"));
    const key = `${bucket}/${rest.join("/")}`;
    if (rest.join("/") === "")
      return answer(response, 200, listed(objects, bucket, url.searchParams, state.page));
    const found = objects.get(key);
    if (request.method === "PUT") {
      if (request.headers["if-none-match"] === "*" && found !== undefined)
        return answer(response, 412, problem("PreconditionFailed"));
      const taken = [...objects.values()].reduce((sum, { length }) => sum + length, 0);
      if (taken + body.length > state.capacity) return answer(response, 507, problem("InsufficientStorage"));
      objects.set(key, body);
      return answer(response, 200);
    }
    if (found === undefined)
      return answer(response, 404, request.method === "HEAD" ? "" : problem("NoSuchKey"));
    if (request.method === "HEAD") {
      response.writeHead(200, { "content-length": found.length });
      response.end();
      return;
    }
    answer(response, 200, found, "application/octet-stream");
  };
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${port}`,
    objects,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
