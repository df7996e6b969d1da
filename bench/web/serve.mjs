import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { dist, root } from "../lib/latent.mjs";
import { mnistImages } from "../lib/competitors.mjs";

const bench = path.join(root, "bench");

/** Bundles the page with the product's browser entry; answers its JavaScript files by name. */
async function bundle() {
  const { build } = await import("esbuild");
  const entry = [
    `export * from ${JSON.stringify(path.join(dist, "web.js"))};`,
    `export { LocalEngine, wasmBackend } from ${JSON.stringify(path.join(dist, "graph.js"))};`,
    `export { initialState } from ${JSON.stringify(path.join(dist, "train/state.js"))};`,
    `export { EngineState } from ${JSON.stringify(path.join(dist, "train/engine-state.js"))};`,
    `export { Stepper } from ${JSON.stringify(path.join(dist, "train/stepper.js"))};`,
  ].join("\n");
  const { outputFiles } = await build({
    entryPoints: { page: path.join(bench, "web/page.mjs") },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["onnxruntime-web-use-extern-wasm"],
    outdir: "/",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "latent-under-test",
        setup(on) {
          on.onResolve({ filter: /^latent-under-test$/ }, () => ({ path: "latent", namespace: "latent" }));
          on.onLoad({ filter: /.*/, namespace: "latent" }, () => ({ contents: entry, resolveDir: root }));
        },
      },
    ],
  });
  return new Map(outputFiles.map((file) => [`/${path.basename(file.path)}`, file.contents]));
}

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves the page on a free port, cross-origin isolated so that threads work; answers its address and `close`. */
export async function servePage() {
  const scripts = await bundle();
  const folders = {
    "/ort/": path.join(root, "node_modules/onnxruntime-web/dist"),
    "/tfjs/": path.join(bench, "node_modules/@tensorflow/tfjs-backend-wasm/dist"),
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Content-Type", types[path.extname(pathname)] ?? "application/octet-stream");
    const script = scripts.get(pathname);
    if (script !== undefined) return response.end(script);
    if (pathname === "/mnist") return createReadStream(mnistImages, { start: 16 }).pipe(response);
    const folder = Object.keys(folders).find((prefix) => pathname.startsWith(prefix));
    const file =
      pathname === "/"
        ? path.join(bench, "web/page.html")
        : folder && path.join(folders[folder], path.basename(pathname));
    if (pathname === "/") response.setHeader("Content-Type", "text/html");
    if (file === undefined) return response.writeHead(404).end();
    const stream = createReadStream(file);
    stream.on("error", () => response.writeHead(404).end());
    return stream.pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}
