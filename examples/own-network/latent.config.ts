import { defineConfig } from "latent";
import "./gated.js";

export default defineConfig({
  data: "mnist",
  network: "gated(widths=[256, 128])",
  z: 2,
  epochs: 10,
  out: "run",
});
