import type { RunSpec, VaeOptions, WebTrainOptions } from "latent/web";

const names =
  "input latent network hidden activation channels encoder decoder posterior prior likelihood latentScale condition classifier";
const ofModel = new Set(names.split(" "));

/** A spec's options of the model, and those of its training. */
export function divided(spec: RunSpec): {
  readonly modelOptions: Omit<VaeOptions, "input">;
  readonly trainOptions: WebTrainOptions;
} {
  const of = (wanted: boolean): object =>
    Object.fromEntries(
      Object.entries(spec).filter(([name, value]) => value !== undefined && ofModel.has(name) === wanted),
    );
  return { modelOptions: of(true), trainOptions: of(false) };
}
