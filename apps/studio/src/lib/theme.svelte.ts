export type ThemeChoice = "auto" | "light" | "dark";

const asked = matchMedia("(prefers-color-scheme: dark)");

function stored(): ThemeChoice {
  try {
    const found = localStorage.getItem("latent-theme");
    return found === "light" || found === "dark" ? found : "auto";
  } catch {
    return "auto";
  }
}

class Theme {
  choice = $state<ThemeChoice>(stored());
  private system = $state(asked.matches);
  readonly dark = $derived(this.choice === "auto" ? this.system : this.choice === "dark");

  constructor() {
    asked.addEventListener("change", () => {
      this.system = asked.matches;
      this.show();
    });
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    this.show();
    try {
      if (choice === "auto") localStorage.removeItem("latent-theme");
      else localStorage.setItem("latent-theme", choice);
    } catch {
      // Kept for this visit only.
    }
  }

  /** The page's colours follow the attribute, which public/first.js sets before the first paint. */
  private show(): void {
    document.documentElement.dataset.theme = this.dark ? "dark" : "light";
  }
}

export const theme = new Theme();
