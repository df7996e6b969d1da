import type { lesson as english } from "../../en/lesson";
import { autoencoder } from "./autoencoder";
import { distributions } from "./distributions";
import { elbo } from "./elbo";
import { generate } from "./generate";
import { next } from "./next";
import { parameters } from "./parameters";
import { simple } from "./simple";
import { trick } from "./trick";
import { ui } from "./ui";

/** The lesson's text: every key of the English one, and no others. */
export const lesson = {
  ...ui,
  ...autoencoder,
  ...parameters,
  ...trick,
  ...simple,
  ...elbo,
  ...generate,
  ...distributions,
  ...next,
} as const satisfies Readonly<Record<keyof typeof english, string>>;
