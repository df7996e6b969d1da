/** What a page may load and do: its own files, and pictures and workers that it makes itself. */
const policy = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "worker-src": "'self' blob:",
  "style-src": "'self'",
  "img-src": "'self' data: blob:",
  "connect-src": "'self' data: blob:",
  "font-src": "'self'",
  "manifest-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
} as const;

const asText = (rules: Readonly<Record<string, string>>): string =>
  Object.entries(rules)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");

/** The policy for a page that no server sends headers with; there, browsers know no `frame-ancestors`. */
export const policyInPage = asText(policy);

/**
 * The policy for bull-board's pages alone: their styles stand in the markup too, and their addresses begin at a base of their own.
 * Scripts are files all the same, and nothing is fetched from elsewhere, the font that they would like included.
 */
export const boardPolicy = asText({
  ...policy,
  "script-src": "'self'",
  "style-src": "'self' 'unsafe-inline'",
  "base-uri": "'self'",
  "frame-ancestors": "'none'",
});

/** What goes with every answer: isolation from other sites, and the strict content security policy. */
export const safeHeaders: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "content-security-policy": asText({ ...policy, "frame-ancestors": "'none'" }),
};
