import { UserError } from "../tensor/index.js";
import type { Json } from "./json.js";

/** Something chosen by name, with its options, as plain data: as saved models and configuration files hold it. Nested choices are written the same way. */
export interface Spec {
  readonly name: string;
  readonly config: { readonly [option: string]: Json };
}

const numeric = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** `straight-through` as `straightThrough`. */
function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  fail(expected: string): never {
    const found = this.at < this.text.length ? `"${this.text.slice(this.at)}"` : "the end";
    throw new UserError(
      `can't read "${this.text}": expected ${expected} instead of ${found}; ` +
        `write it like mixture(components=10, of=normal)`,
      2,
    );
  }

  /** Skips blanks; true if `mark` comes next, which is then consumed. */
  takes(mark: string): boolean {
    while (/\s/.test(this.text[this.at] ?? "")) this.at++;
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  word(what: string): string {
    this.takes("");
    const match = /^[^\s,()[\]="']+/.exec(this.text.slice(this.at));
    if (match === null) this.fail(what);
    this.at += match[0].length;
    return match[0];
  }

  spec(): Spec {
    const name = this.word("a name");
    return { name, config: this.takes("(") ? this.options() : {} };
  }

  /** `key=value, ...)`, after the opening bracket. */
  options(): Record<string, Json> {
    const config: Record<string, Json> = {};
    if (this.takes(")")) return config;
    do {
      const key = camelCase(this.word("an option's name"));
      if (Object.hasOwn(config, key)) throw new UserError(`"${this.text}" gives "${key}" twice`, 2);
      if (!this.takes("=")) this.fail(`"=" and a value for "${key}"`);
      config[key] = this.value();
    } while (this.takes(","));
    if (!this.takes(")")) this.fail('"," or ")"');
    return config;
  }

  value(): Json {
    if (this.takes("[")) {
      const items: Json[] = [];
      if (this.takes("]")) return items;
      do items.push(this.value());
      while (this.takes(","));
      if (!this.takes("]")) this.fail('"," or "]"');
      return items;
    }
    for (const quote of ['"', "'"]) {
      if (!this.takes(quote)) continue;
      const end = this.text.indexOf(quote, this.at);
      if (end < 0) this.fail(`a closing ${quote}`);
      const text = this.text.slice(this.at, end);
      this.at = end + 1;
      return text;
    }
    const word = this.word("a value");
    if (this.takes("(")) return { name: word, config: this.options() };
    if (word === "true" || word === "false") return word === "true";
    return numeric.test(word) ? Number(word) : word;
  }

  end(): void {
    this.takes("");
    if (this.at < this.text.length) this.fail("the end");
  }
}

/**
 * Reads `name` or `name(key=value, ...)`. A value is a number, `true` or `false`, a word or a quoted text, a
 * list `[a, b]`, or again `name(...)`; option names may be written `straight-through` or `straightThrough`.
 * Throws a UserError that shows the place it could not read. Which names and options exist is not checked here.
 */
export function parseSpec(text: string): Spec {
  const reader = new Reader(text);
  const spec = reader.spec();
  reader.end();
  return spec;
}

function formatValue(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(formatValue).join(", ")}]`;
  if (isSpec(value)) return formatSpec(value);
  if (typeof value === "string" && (numeric.test(value) || !/^[^\s,()[\]="']+$/.test(value))) {
    return value.includes('"') ? `'${value}'` : `"${value}"`;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** True for plain data that names something and its options. */
export function isSpec(value: unknown): value is Spec {
  if (typeof value !== "object" || value === null || !("name" in value) || !("config" in value)) return false;
  const { name, config } = value;
  return typeof name === "string" && typeof config === "object" && config !== null && !Array.isArray(config);
}

/** A name in camel case as it is written in texts and flags: `clip-norm` for `clipNorm`. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A spec as text that `parseSpec` reads. */
export function formatSpec({ name, config }: Spec): string {
  const options = Object.entries(config).map(([key, value]) => `${kebabCase(key)}=${formatValue(value)}`);
  return options.length === 0 ? name : `${name}(${options.join(", ")})`;
}
