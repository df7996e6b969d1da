import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { s3Key, type S3Server, startS3 } from "../testing/s3-server.js";
import { UserError } from "../tensor/index.js";
import {
  blobKey,
  canonical,
  getBlob,
  getTree,
  openStore,
  putBlob,
  putTree,
  sha256,
  type Store,
} from "./index.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined): string | undefined =>
  content && new TextDecoder().decode(content);

let folder: string;
let server: S3Server;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latent-store-"));
  server = await startS3();
  environment = {
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ACCESS_KEY_ID: s3Key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3Key.secretAccessKey,
  };
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const kinds: Readonly<Record<string, () => Promise<Store>>> = {
  "a folder": () => openStore(join(folder, "store")),
  "object storage": () => openStore("s3://test-bucket/some/prefix", environment),
};

describe.each(Object.entries(kinds))("%s", (_, open) => {
  test("keeps a content once, whatever comes after", async () => {
    const store = await open();
    expect(await store.has("a/b")).toBe(false);
    expect(await store.get("a/b")).toBeUndefined();
    expect(await store.stream("a/b")).toBeUndefined();
    expect(await store.putIfAbsent("a/b", bytes("first"))).toBe(true);
    expect(await store.putIfAbsent("a/b", bytes("second"))).toBe(false);
    expect(text(await store.get("a/b"))).toBe("first");
    expect(await store.has("a/b")).toBe(true);
    const parts: Uint8Array[] = [];
    for await (const part of (await store.stream("a/b")) ?? []) parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe("first");
  });

  test("of many writers at once one wins, and its content is whole", async () => {
    const store = await open();
    const contents = Array.from({ length: 20 }, (_, i) => bytes(String(i).repeat(10_000)));
    const won = await Promise.all(contents.map((content) => store.putIfAbsent("race", content)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.get("race")).toEqual(
      expect.objectContaining({ length: contents[won.indexOf(true)]?.length }),
    );
    expect(text(await store.get("race"))).toBe(text(contents[won.indexOf(true)]));
  });

  test("lists keys below a prefix in order, page by page", async () => {
    server.page = 3;
    const store = await open();
    for (const name of ["d", "a", "c/x", "b", "e", "f", "g"])
      await store.putIfAbsent(`list/${name}`, bytes(name));
    await store.putIfAbsent("listed", bytes("not this"));
    expect(await store.list("list")).toEqual(
      ["a", "b", "c/x", "d", "e", "f", "g"].map((name) => `list/${name}`),
    );
    expect(await store.list("nothing")).toEqual([]);
  });

  test.each(["../up", "/root", "a//b", "", ".hidden", "a/..", "a\\b", "a b", "a\0", "é"])(
    "takes no key %j",
    async (key) => {
      const store = await open();
      await expect(store.putIfAbsent(key, bytes(""))).rejects.toThrow(UserError);
      await expect(store.get(key)).rejects.toThrow(UserError);
      await expect(store.list(key)).rejects.toThrow(UserError);
    },
  );

  test("contents by what they are, checked when they are read", async () => {
    const store = await open();
    const blob = await putBlob(store, bytes("content"));
    expect(blob).toEqual({ sha256: sha256("content"), bytes: 7 });
    expect(await putBlob(store, bytes("content"))).toEqual(blob);
    expect(text(await getBlob(store, blob))).toBe("content");
    const other = { sha256: sha256("other"), bytes: 5 };
    await expect(getBlob(store, other)).rejects.toThrow("is missing");
    await store.putIfAbsent(blobKey(other.sha256), bytes("0ther"));
    await expect(getBlob(store, other)).rejects.toThrow("is damaged");
  });

  test("folders travel whole, and nothing leaves the folder they come to", async () => {
    const store = await open();
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    await mkdir(join(from, "deep"), { recursive: true });
    await writeFile(join(from, "deep", "x.bin"), bytes("x"));
    await writeFile(join(from, "config.json"), "{}");
    await writeFile(join(from, "run.lock"), "mine");
    const tree = await putTree(store, from, (path) => path === "run.lock");
    expect(await putTree(store, from, (path) => path === "run.lock")).toEqual(tree);
    await getTree(store, tree, to);
    expect((await readdir(to, { recursive: true })).sort()).toEqual(["config.json", "deep", "deep/x.bin"]);
    expect(await readFile(join(to, "deep", "x.bin"), "utf8")).toBe("x");
    const blob = await putBlob(store, bytes("x"));
    const wrong = await putBlob(
      store,
      canonical({ format: "latent-tree", version: 1, files: { "../../escaped": blob } }),
    );
    await expect(getTree(store, wrong, to)).rejects.toThrow("no folder's manifest");
  });
});

describe("a folder", () => {
  test("leaves nothing behind beside what it keeps", async () => {
    const store = await openStore(folder);
    await store.putIfAbsent("a/b", bytes("1"));
    await store.putIfAbsent("a/b", bytes("2"));
    expect(await readdir(join(folder, "a"))).toEqual(["b"]);
  });

  test("says what can't be written", async () => {
    await writeFile(join(folder, "file"), "");
    const store = await openStore(join(folder, "file"));
    await expect(store.putIfAbsent("a", bytes("1"))).rejects.toThrow(/can't write a in the store/);
  });
});

describe("object storage", () => {
  const open = (change: Record<string, string> = {}): Promise<Store> =>
    openStore("s3://test-bucket", { ...environment, ...change });

  test("a wrong key is told, and never shown", async () => {
    const store = await open({ AWS_SECRET_ACCESS_KEY: "wrong-secret" });
    const error = await store.putIfAbsent("a", bytes("1")).catch((caught: unknown) => caught);
    expect(String(error)).toContain("AWS_SECRET_ACCESS_KEY");
    expect(String(error)).not.toContain("wrong-secret");
    expect(server.objects.size).toBe(0);
  });

  test("is asked again where it could not serve", async () => {
    const store = await open();
    server.failures = 3;
    expect(await store.putIfAbsent("a", bytes("1"))).toBe(true);
    server.failures = 2;
    expect(text(await store.get("a"))).toBe("1");
  });

  test("that is full, or away, is told", async () => {
    const store = await open();
    server.capacity = 10;
    await expect(store.putIfAbsent("a", bytes("more than ten bytes"))).rejects.toThrow(/full|507/);
    const gone = await open({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
    await expect(gone.has("a")).rejects.toThrow(/can't reach object storage/);
  }, 30_000);

  test.each(["s3://", "s3://A", "ftp://host/x", "s3://bucket/../x"])("%s is no store", async (place) => {
    await expect(openStore(place, environment)).rejects.toThrow(UserError);
  });

  test("says which setting is missing", async () => {
    await expect(openStore("s3://test-bucket", {})).rejects.toThrow("AWS_ACCESS_KEY_ID");
  });
});
