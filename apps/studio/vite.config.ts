import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { formulas } from "./build/formulas";

const at = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** ONNX Runtime's WebAssembly keeps its name: the package has it already, in onnxruntime-web, and the server finds it there. */
const output = {
  assetFileNames: ({ names }: { names: readonly string[] }): string =>
    `assets/[name]${names.some((name) => name.endsWith(".wasm")) ? "" : "-[hash]"}[extname]`,
};

/** Relative addresses only, so that the build works in any folder of any host. */
export default defineConfig({
  base: "./",
  root: at("."),
  plugins: [formulas(), svelte()],
  resolve: { alias: { "latent/web": at("../../dist/web.js"), "~": at("./src") } },
  worker: { format: "es", rolldownOptions: { output } },
  build: {
    outDir: at("../../dist/studio-page"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
    rolldownOptions: { output },
  },
});
