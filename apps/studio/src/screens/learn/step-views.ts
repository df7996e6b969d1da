import type { Component } from "svelte";
import type { StepId } from "./steps";

/** Each step is fetched when it is first opened. */
export const stepViews: Readonly<Record<StepId, () => Promise<{ readonly default: Component }>>> = {
  autoencoder: () => import("./steps/Autoencoder.svelte"),
  parameters: () => import("./steps/Parameters.svelte"),
  trick: () => import("./steps/Trick.svelte"),
  simple: () => import("./steps/Simple.svelte"),
  elbo: () => import("./steps/Elbo.svelte"),
  generate: () => import("./steps/Generate.svelte"),
  distributions: () => import("./steps/Distributions.svelte"),
  next: () => import("./steps/Next.svelte"),
};
