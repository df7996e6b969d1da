export type ThemeChoice = "auto" | "light" | "dark";

const asked = matchMedia("(prefers-color-scheme: dark)");

function stored(): ThemeChoice {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "auto";
}

class Theme {
  choice = $state<ThemeChoice>(stored());
  private system = $state(asked.matches);
  readonly dark = $derived(this.choice === "auto" ? this.system : this.choice === "dark");

  constructor() {
    asked.addEventListener("change", () => {
      this.system = asked.matches;
    });
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    if (choice === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    try {
      if (choice === "auto") localStorage.removeItem("latent-theme");
      else localStorage.setItem("latent-theme", choice);
    } catch {
      // Kept for this visit only.
    }
  }
}

export const theme = new Theme();
