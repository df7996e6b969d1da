import { symlinkSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { scratchFolder } from "../testing/run-cli.js";
import { raw, serveStudio, writePage } from "../testing/studio.js";
import { hostsOf } from "./guard.js";
import type { RunningStudio } from "./server.js";

const scratch = scratchFolder();
const page = writePage(`${scratch.folder}/page`);
let open: RunningStudio;
let locked: RunningStudio;
const token = "a-token-of-someone";
beforeAll(async () => {
  symlinkSync("/etc/passwd", `${page}/assets/out-Ab3dEf9h.js`);
  open = await serveStudio({ page, places: [scratch.folder] });
  locked = await serveStudio({ page, places: [scratch.folder], token });
});
afterAll(async () => {
  await open.close();
  await locked.close();
  scratch.remove();
});

const hostOf = ({ address }: RunningStudio): string => new URL(address).host;
const json = { "content-type": "application/json" };

describe("what every answer says", () => {
  test.each(["", "api/session", "api/nothing", "nothing.js"])(
    "isolation and a strict policy: /%s",
    async (target) => {
      const { headers } = await fetch(open.address + target);
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
      expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
      expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; /);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
      expect(headers.get("access-control-allow-origin")).toBeNull();
    },
  );
});

describe("the page's files", () => {
  test("come as they are, with the right type, not kept without asking", async () => {
    const answer = await fetch(open.address);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(await answer.text()).toContain("<title>Latent studio</title>");
    const etag = answer.headers.get("etag") ?? "";
    expect((await fetch(open.address, { headers: { "if-none-match": etag } })).status).toBe(304);
    expect((await fetch(open.address, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  test("with their hash in their names are kept for ever", async () => {
    const { headers } = await fetch(`${open.address}assets/app-Ab3dEf9h.js`);
    expect(headers.get("cache-control")).toBe("max-age=31536000, immutable");
    expect(headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  });

  test("are compressed for those who take it", async () => {
    const target = "/assets/app-Ab3dEf9h.js";
    const plain = await raw(open.address, target);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const br = await raw(open.address, target, { headers: { "accept-encoding": "gzip, br" } });
    expect(br.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    const gz = await raw(open.address, target, { headers: { "accept-encoding": "gzip, br;q=0" } });
    expect(gz.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(gz.body).equals(plain.body)).toBe(true);
    expect(new Set([plain, br, gz].map(({ headers }) => headers.etag)).size).toBe(3);
    expect(br.body.length).toBeLessThan(plain.body.length / 10);
  });

  test("are the only ones: no others' types, folders, links out of the build, or paths out of it", async () => {
    for (const target of [
      "/secret.env",
      "/assets",
      "/assets/",
      "/../package.json",
      "/assets/../../package.json",
      "/%2e%2e/package.json",
      "/..%2fpackage.json",
      "/assets/..%2f..%2fpackage.json",
      "/%2e%2e%2fpackage.json",
      "/..%5cpackage.json",
      "/assets/%00.js",
      "//etc/passwd",
      "/%2fetc%2fpasswd.js",
      `/%2f${encodeURIComponent(page)}%2findex.html`,
      "/api/../../package.json",
    ]) {
      expect((await raw(open.address, target)).status, target).toBe(404);
    }
    const link = await raw(open.address, "/assets/out-Ab3dEf9h.js");
    expect(link.status).toBe(403);
    expect(link.body.toString()).not.toContain("root:");
  });

  test("are only read", async () => {
    expect((await raw(open.address, "/index.html", { method: "DELETE" })).status).toBe(405);
    expect((await raw(open.address, "/", { method: "HEAD" })).body).toHaveLength(0);
  });
});

describe("requests of others", () => {
  test("by a name that was pointed here are refused, pages too", async () => {
    const { port } = new URL(open.address);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1:1`,
      `127.0.0.1.evil.example:${port}`,
    ]) {
      for (const target of ["/", "/api/session"]) {
        expect((await raw(open.address, target, { headers: { host } })).status, host).toBe(403);
      }
    }
    expect((await raw(open.address, "/api/session", { headers: { host: `localhost:${port}` } })).status).toBe(
      200,
    );
  });

  test("from another site's page are refused, for reading as for writing", async () => {
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `https://${hostOf(open)}` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ];
    for (const headers of foreign) {
      expect((await raw(open.address, "/api/runs", { headers })).status).toBe(403);
      const body = JSON.stringify({ spec: {}, data: "mnist" });
      const post = await raw(open.address, "/api/train", {
        method: "POST",
        headers: { ...json, ...headers },
        body,
      });
      expect(post.status).toBe(403);
    }
    const none = { ...json, "sec-fetch-site": "none" };
    expect(
      (await raw(open.address, "/api/train", { method: "POST", headers: none, body: "{}" })).status,
    ).toBe(403);
    // A link from elsewhere may open the page itself.
    expect((await raw(open.address, "/", { headers: { "sec-fetch-site": "cross-site" } })).status).toBe(200);
    const own = { origin: `http://${hostOf(open)}`, "sec-fetch-site": "same-origin" };
    expect((await raw(open.address, "/api/runs", { headers: own })).status).toBe(200);
  });

  test("that are forms of other sites, or no JSON, or too long are refused", async () => {
    const post = (headers: Record<string, string>, body: string | Uint8Array) =>
      raw(open.address, "/api/train", { method: "POST", headers, body });
    expect((await post({ "content-type": "text/plain" }, "{}")).status).toBe(415);
    expect((await post({ "content-type": "application/x-www-form-urlencoded" }, "a=b")).status).toBe(415);
    expect((await post(json, "{")).status).toBe(400);
    expect((await post(json, Uint8Array.of(0xff, 0xfe))).status).toBe(400);
    expect((await post(json, '{"spec":{},"data":"mnist","more":1}')).status).toBe(400);
    expect((await post(json, '{"spec":[],"data":"mnist"}')).status).toBe(400);
    expect((await post(json, JSON.stringify({ spec: {}, data: "x".repeat(2 ** 20) }))).status).toBe(413);
    const chunked = { ...json, "transfer-encoding": "chunked" };
    expect((await post(chunked, JSON.stringify({ spec: {}, data: "x".repeat(2 ** 20) }))).status).toBe(413);
    expect((await fetch(`${open.address}api/session`)).status).toBe(200);
  });
});

describe("a token", () => {
  test("is asked for everywhere", async () => {
    for (const target of [
      "",
      "api/session",
      "api/runs",
      "assets/app-Ab3dEf9h.js",
      "?token=",
      "?token=another-token-of-16",
    ]) {
      expect((await fetch(locked.address + target)).status, target).toBe(401);
    }
    for (const authorization of ["Bearer", "Bearer wrong", `Basic ${token}`, token]) {
      const { status } = await fetch(`${locked.address}api/session`, { headers: { authorization } });
      expect(status, authorization).toBe(401);
    }
    // Only the page's own address takes it.
    expect((await fetch(`${locked.address}api/session?token=${token}`)).status).toBe(401);
  });

  test("lets in as a bearer's", async () => {
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${locked.address}api/session`, { headers })).status).toBe(200);
  });

  test("in the address is changed for a cookie that holds none of it", async () => {
    const answer = await fetch(locked.entrance, { redirect: "manual" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const set = answer.headers.get("set-cookie") ?? "";
    expect(set).toMatch(/HttpOnly/i);
    expect(set).toMatch(/SameSite=Strict/i);
    expect(set).not.toContain(token);
    expect(await answer.text()).not.toContain("Latent studio</title>\n");
    const cookie = set.split(";")[0] ?? "";
    expect((await fetch(`${locked.address}api/session`, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(locked.address, { headers: { cookie } })).status).toBe(200);
    const name = cookie.split("=")[0] ?? "";
    expect((await fetch(locked.address, { headers: { cookie: `${name}=${token}` } })).status).toBe(401);
    // It says who asks, not from where.
    const foreign = { cookie, origin: "https://evil.example" };
    expect((await fetch(`${locked.address}api/runs`, { headers: foreign })).status).toBe(403);
  });

  test("is made for other addresses than this machine's own, and must be long", async () => {
    const wide = await serveStudio({ page, places: [scratch.folder], host: "0.0.0.0" });
    try {
      expect(wide.token).toMatch(/^[\w-]{32}$/);
      expect((await fetch(`${wide.address}api/session`)).status).toBe(401);
      expect((await raw(wide.address, "/", { headers: { host: "evil.example" } })).status).toBe(403);
    } finally {
      await wide.close();
    }
    const generated = await serveStudio({ page, places: [scratch.folder], token: "generated" });
    expect(generated.token).not.toBe("generated");
    expect(generated.token).not.toBe(wide.token);
    await generated.close();
    await expect(serveStudio({ page, places: [scratch.folder], token: "short" })).rejects.toThrow(
      /--token must be/,
    );
  });
});

test("hosts are those of the address that is listened at", () => {
  expect([...hostsOf({ host: "127.0.0.1", port: 80 })].sort()).toEqual(
    ["127.0.0.1", "127.0.0.1:80", "localhost", "localhost:80"].sort(),
  );
  expect([...hostsOf({ host: "::1", port: 5 })]).toContain("[::1]:5");
  expect([...hostsOf({ host: "10.0.0.7", port: 5 })]).toEqual(["10.0.0.7:5"]);
});

test("a page that isn't built, a port that is taken and places that aren't there are told", async () => {
  const places = [scratch.folder];
  await expect(serveStudio({ page: `${scratch.folder}/none`, places })).rejects.toThrow(/npm run build/);
  const port = Number(new URL(open.address).port);
  await expect(serveStudio({ page, places, port })).rejects.toThrow(/is taken/);
  await expect(serveStudio({ page, places: [`${scratch.folder}/none`] })).rejects.toThrow(/does not exist/);
  await expect(serveStudio({ page, places: [`${page}/index.html`] })).rejects.toThrow(/is a file/);
  await expect(serveStudio({ page, places, host: "203.0.113.7", token })).rejects.toThrow(
    /no address of this machine/,
  );
});
