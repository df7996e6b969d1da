import i18next, { type TFunction } from "i18next";

export const languages = { en: "English", ja: "日本語" } as const;
export type Language = keyof typeof languages;

/** What one screen says: keys with text, in one language. */
export type Words = Readonly<Record<string, string>>;

const loaders = import.meta.glob<{ default: Readonly<Record<string, Words>> }>("../../text/*/index.ts");

const stored = (): Language | undefined => {
  try {
    const found = localStorage.getItem("latent-language");
    return found === "en" || found === "ja" ? found : undefined;
  } catch {
    return undefined;
  }
};

function preferred(): Language {
  return stored() ?? (navigator.languages.some((language) => language.startsWith("ja")) ? "ja" : "en");
}

class Text {
  language = $state<Language>("en");
  private translate = $state.raw<TFunction>(i18next.t);

  async choose(language: Language): Promise<void> {
    const load = loaders[`../../text/${language}/index.ts`];
    if (load === undefined) throw new Error(`no text in ${language}`);
    if (!i18next.hasResourceBundle(language, "common")) {
      for (const [screen, words] of Object.entries((await load()).default)) {
        i18next.addResourceBundle(language, screen, words);
      }
    }
    await i18next.changeLanguage(language);
    this.translate = i18next.getFixedT(language);
    this.language = language;
    document.documentElement.lang = language;
  }

  /** The text of `screen:key`, with `{{name}}` filled in. */
  t(key: string, values: Readonly<Record<string, unknown>> = {}): string {
    return this.translate(key, values);
  }
}

export const text = new Text();

/** The text of `screen:key` in the language chosen. */
export const t = (key: string, values?: Readonly<Record<string, unknown>>): string => text.t(key, values);

/** A number as the language writes it. */
export function number(value: number, digits = 2): string {
  return new Intl.NumberFormat(text.language, {
    maximumFractionDigits: digits,
    minimumFractionDigits: 0,
  }).format(value);
}

/** A number with always so many digits after the point. */
export function fixed(value: number, digits = 2): string {
  return new Intl.NumberFormat(text.language, {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
  }).format(value);
}

/** Adds what a screen says that is fetched with the screen, not with the page. */
export function addWords(screen: string, words: Readonly<Record<Language, Words>>): void {
  for (const [language, said] of Object.entries(words)) i18next.addResourceBundle(language, screen, said);
}

export async function startText(): Promise<void> {
  await i18next.init({
    lng: "en",
    fallbackLng: false,
    resources: {},
    showSupportNotice: false,
    interpolation: { escapeValue: false },
  });
  await text.choose(preferred());
}

export async function chooseLanguage(language: Language): Promise<void> {
  await text.choose(language);
  try {
    localStorage.setItem("latent-language", language);
  } catch {
    // Kept for this visit only.
  }
}
