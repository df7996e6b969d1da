import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type * as Aws from "aws4fetch";
import { optionalPackage } from "../data/index.js";
import { UserError } from "../tensor/index.js";
import { requireKey, type Store } from "./store.js";

/** Where object storage is, and by which key it is opened. */
export interface S3Place {
  readonly bucket: string;
  /** What all keys begin with, without a slash at the end; may be empty. */
  readonly prefix: string;
  /** Such as `http://127.0.0.1:9000`; default: that of AWS for the region. */
  readonly endpoint?: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const unescaped: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

/** The texts in elements of a name, in a list as object storage gives it. */
function elements(xml: string, name: string): string[] {
  const found = xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"));
  return Array.from(found, ([, text = ""]) =>
    text.replace(/&(amp|lt|gt|quot);/g, (one) => unescaped[one] ?? one),
  );
}

/** How often a request is sent that the server could not serve, and the first wait between, in milliseconds. */
const [tries, firstWait] = [6, 100];

/** A store in S3-compatible object storage. Writing is conditional (`If-None-Match: *`), so that nothing is overwritten. */
export class S3Store implements Store {
  readonly place: string;
  private readonly root: string;

  private constructor(
    private readonly client: Aws.AwsClient,
    private readonly where: S3Place,
  ) {
    const { bucket, prefix, endpoint, region } = where;
    this.place = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
    this.root =
      endpoint === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com`
        : `${endpoint.replace(/\/+$/, "")}/${bucket}`;
  }

  /** Throws a UserError that says what to install if `aws4fetch` is not there. */
  static async open(where: S3Place): Promise<S3Store> {
    const loaded = await optionalPackage<typeof Aws>("aws4fetch").catch(() => undefined);
    if (loaded === undefined)
      throw new UserError("object storage needs the package aws4fetch: npm install aws4fetch", 2);
    const { accessKeyId, secretAccessKey, sessionToken, region } = where;
    const client = new loaded.AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      region,
      service: "s3",
      retries: 0,
    });
    return new S3Store(client, where);
  }

  async putIfAbsent(key: string, content: Uint8Array, after?: Promise<unknown>): Promise<boolean> {
    await after;
    const hash = createHash("sha256").update(content).digest("hex");
    const body = new Uint8Array(content); // of its own memory, never shared
    const response = await this.request(key, {
      method: "PUT",
      body,
      headers: { "If-None-Match": "*", "X-Amz-Content-Sha256": hash },
    });
    await response.arrayBuffer();
    if (response.ok) return true;
    if (response.status === 412) return false;
    throw this.refused(`write ${key}`, response.status);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const response = await this.request(key, { method: "GET" });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    await response.arrayBuffer();
    if (response.status === 404) return undefined;
    throw this.refused(`read ${key}`, response.status);
  }

  async has(key: string): Promise<boolean> {
    const response = await this.request(key, { method: "HEAD" });
    if (response.ok) return true;
    if (response.status === 404) return false;
    throw this.refused(`look at ${key}`, response.status);
  }

  async stream(key: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const response = await this.request(key, { method: "GET" });
    if (response.ok && response.body !== null) return response.body;
    await response.arrayBuffer();
    if (response.status === 404) return undefined;
    throw this.refused(`read ${key}`, response.status);
  }

  async list(prefix: string): Promise<string[]> {
    const below = `${this.pathOf(prefix)}/`;
    const keys: string[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ "list-type": "2", prefix: below });
      if (next !== undefined) query.set("continuation-token", next);
      const response = await this.send(`${this.root}?${query.toString()}`, { method: "GET" }, "list");
      const xml = await response.text();
      if (!response.ok) throw this.refused(`list ${prefix}`, response.status);
      keys.push(...elements(xml, "Key"));
      [next] = elements(xml, "NextContinuationToken");
    } while (next !== undefined);
    const own = this.where.prefix === "" ? 0 : this.where.prefix.length + 1;
    return keys.map((key) => key.slice(own)).sort((a, b) => (a < b ? -1 : 1));
  }

  private pathOf(key: string): string {
    requireKey(key);
    return this.where.prefix === "" ? key : `${this.where.prefix}/${key}`;
  }

  private request(key: string, init: RequestInit): Promise<Response> {
    return this.send(`${this.root}/${this.pathOf(key)}`, init, key);
  }

  /** Sends a request, again after a while where the server or the way to it failed. */
  private async send(url: string, init: RequestInit, what: string): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      let response: Response | undefined;
      let failure: unknown;
      try {
        response = await this.client.fetch(url, init);
      } catch (cause) {
        failure = cause;
      }
      const status = response?.status ?? 0;
      const passing = status === 0 || status === 409 || status === 429 || status >= 500;
      if (response !== undefined && (!passing || attempt === tries)) return response;
      if (attempt === tries) throw this.unreachable(what, failure);
      await response?.arrayBuffer();
      await sleep(firstWait * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }

  private unreachable(what: string, cause: unknown): UserError {
    const reason =
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : "";
    const { endpoint = "AWS" } = this.where;
    return new UserError(
      `${this.place}: can't reach object storage at ${endpoint} for ${what}: ${reason}`,
      1,
      {
        cause,
      },
    );
  }

  private refused(what: string, status: number): UserError {
    const why =
      status === 403
        ? "the key is not allowed to: see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        : status === 404
          ? "there is no such bucket"
          : status === 507
            ? "it is full"
            : `it answers with status ${status}`;
    return new UserError(`${this.place}: can't ${what}: ${why}`);
  }
}
