// Before the first paint: theme and language as they were chosen, so that nothing flashes. lib/theme.svelte.ts goes on from here.
const stored = (name) => {
  try {
    return localStorage.getItem(name);
  } catch {
    // Storage is closed to this page: the defaults do.
    return null;
  }
};
const chosen = stored("latent-theme");
const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.theme = dark ? "dark" : "light";
const tongue = stored("latent-language");
if (tongue === "en" || tongue === "ja") document.documentElement.lang = tongue;
