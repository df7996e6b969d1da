/**
 * What makes a static page isolated from other sites, as threads need it, where its host sends no such headers: a service
 * worker that adds them to the page's own files. Where there are no service workers, the page goes on without.
 */
export const isolationScript = `"use strict";
(() => {
  const tried = "latent-isolation";
  if (self.crossOriginIsolated || !self.isSecureContext || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("./isolation-worker.js", { updateViaCache: "none" }).then(() =>
    navigator.serviceWorker.ready.then(() => {
      // Once: a browser that stays as it was isn't reloaded for ever.
      try {
        if (sessionStorage.getItem(tried) !== null) return;
        sessionStorage.setItem(tried, "1");
      } catch {
        return;
      }
      location.reload();
    }),
  ).catch(() => undefined);
})();
`;

/** The service worker that adds the headers. It keeps nothing. */
export const isolationWorker = `"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== self.location.origin) return;
  if (request.cache === "only-if-cached" && request.mode !== "same-origin") return;
  event.respondWith(
    fetch(request).then((response) => {
      if (response.status === 0 || response.type === "opaqueredirect") return response;
      const headers = new Headers(response.headers);
      headers.set("Cross-Origin-Opener-Policy", "same-origin");
      headers.set("Cross-Origin-Embedder-Policy", "require-corp");
      headers.set("Cross-Origin-Resource-Policy", "same-origin");
      const empty = [101, 204, 205, 304].includes(response.status);
      const { status, statusText } = response;
      return new Response(empty ? null : response.body, { status, statusText, headers });
    }),
  );
});
`;
