import { defineConfig } from "latent";
import { triangular } from "./triangular.js";

export default defineConfig({
  data: "mnist",
  z: 2,
  epochs: 10,
  posterior: triangular(),
  prior: "normal",
  out: "run",
});
