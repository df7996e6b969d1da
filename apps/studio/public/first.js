// Before the first paint: the theme that was chosen, so that nothing flashes.
try {
  const theme = localStorage.getItem("latent-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const language = localStorage.getItem("latent-language");
  if (language === "en" || language === "ja") document.documentElement.lang = language;
} catch {
  // Storage is closed to this page: the defaults do.
}
