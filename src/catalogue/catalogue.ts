import {
  be,
  type ChecksOf,
  hasMembers,
  requireArgument,
  requireOptions,
  suggestion,
  UserError,
  valueInWords,
} from "../tensor/index.js";
import type { Json } from "./json.js";
import { type BasicOptionType, type OptionInfos, type OptionReader, readOptions } from "./options.js";
import { isSpec, parseSpec, type Spec } from "./spec.js";

/** Something that can be chosen by name: what it is, which options it has, and how it is made of them. */
export interface Entry<T, Type extends string = BasicOptionType> extends OptionInfos<Type> {
  /** In kebab case, as on the command line. */
  readonly name: string;
  /** One line. */
  readonly description: string;
  /**
   * Choices of it as text, `name` or `name(option=value)`, that together reach every option: the suites of its kind run
   * on each of them. Default: just its name.
   */
  readonly examples?: readonly string[];
  /** Options that came after models had been saved without them, with the values that those models were made with. */
  readonly savedBefore?: Readonly<Record<string, Json>>;
  /** Makes it; the options' names and types have been checked. */
  make(options: Readonly<Record<string, unknown>>): T;
}

const catalogueChecks = {
  kind: be.text,
  readers: be.having([], "an object of functions by the name of a type"),
  members: be.list(be.text, 0, '["name"]'),
} as const satisfies ChecksOf<CatalogueOptions>;

const someEntries = {
  expected: "a list of entries",
  ok: (value: unknown) => typeof value === "object" && value !== null && Symbol.iterator in value,
};

const nameOrSpec = { expected: "a name with options as text, or as { name, config }", ok: isSpec };

const anEntry = be.having(["name", "options", "make"], "an object of name, description, options and make");

/** How a catalogue speaks of its entries and reads their options. */
export interface CatalogueOptions {
  /** What an entry is, in messages: `distribution`. */
  readonly kind: string;
  /** Readers for option types beside the basic ones. */
  readonly readers?: Readonly<Record<string, OptionReader>>;
  /** Members that tell an object of this kind from other things, as `take` does. */
  readonly members?: readonly string[];
}

/**
 * The entries of one kind, by name: distributions, objectives, networks, ... An instance, which can be copied and added
 * to, so that what a test or a page adds stays its own.
 */
export class Catalogue<T, E extends Entry<T, string> = Entry<T>> {
  readonly kind: string;
  private readonly readers: Readonly<Record<string, OptionReader>>;
  private readonly members: readonly string[];
  private readonly entries = new Map<string, E>();
  private readonly shipped = new Set<string>();

  constructor(options: CatalogueOptions, entries: Iterable<E> = []) {
    requireOptions("Catalogue", options, catalogueChecks);
    requireArgument("Catalogue", "kind", options.kind, be.text);
    requireArgument("Catalogue", "the entries", entries, someEntries);
    const { kind, readers = {}, members = [] } = options;
    this.kind = kind;
    this.readers = readers;
    this.members = members;
    for (const entry of entries) {
      this.add(entry);
      this.shipped.add(entry.name);
    }
  }

  /**
   * Makes an entry known by its name. One's own may be replaced by another of the same name; throws a UserError if the
   * name is not in kebab case or belongs to an entry that ships.
   */
  add(entry: E): this {
    requireArgument(`registering a ${this.kind}`, "the entry", entry, anEntry);
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(entry.name)) {
      throw new UserError(
        `the name of a ${this.kind} is in kebab case, such as "half-normal", not "${entry.name}"`,
        2,
      );
    }
    if (this.shipped.has(entry.name)) {
      throw new UserError(`there is a ${this.kind} "${entry.name}" already; give yours another name`, 2);
    }
    this.entries.set(entry.name, entry);
    return this;
  }

  /** A catalogue of its own with the same entries. */
  copy(): Catalogue<T, E> {
    const copied = new Catalogue<T, E>({ kind: this.kind, readers: this.readers, members: this.members });
    for (const [name, entry] of this.entries) copied.entries.set(name, entry);
    for (const name of this.shipped) copied.shipped.add(name);
    return copied;
  }

  /** All names, in alphabetical order. */
  get names(): string[] {
    return [...this.entries.keys()].sort();
  }

  /** All entries, in alphabetical order of their names. */
  list(): E[] {
    return this.names.map((name) => this.entries.get(name) as E);
  }

  /** Every entry's examples as text, for suites that run over all of them. */
  examples(): { readonly entry: E; readonly text: string }[] {
    return this.list().flatMap((entry) => (entry.examples ?? [entry.name]).map((text) => ({ entry, text })));
  }

  /** The entry of a name, if there is one. */
  find(name: string): E | undefined {
    return this.entries.get(name);
  }

  /** The entry of a name. Throws a UserError, with a suggestion where one is near, if there is none. */
  get(name: string): E {
    requireArgument(`the catalogue of ${this.kind}s`, "the name", name, be.text);
    const entry = this.entries.get(name);
    if (entry !== undefined) return entry;
    throw new UserError(`unknown ${this.kind} "${name}"; ${suggestion(name, this.names)}`, 2);
  }

  /**
   * What a text such as `normal` or `mixture(components=10)`, or the same as plain data, stands for. Throws a UserError
   * that says what is wrong with the text, the name, or an option.
   */
  from(spec: string | Spec): T {
    const { name, config } = typeof spec === "string" ? parseSpec(spec) : this.checked(spec);
    const entry = this.get(name);
    return entry.make(readOptions(name, entry, config, this.readers));
  }

  /**
   * What an argument stands for that may be a text, plain data, or the thing itself. Throws a UserError as `from` does,
   * and one that begins with `where` for anything else.
   */
  take(where: string, value: string | Spec | T): T {
    if (typeof value === "string") return this.from(value);
    if (this.members.length > 0 && hasMembers(value, this.members)) return value as T;
    if (isSpec(value)) return this.from(value);
    const article = /^[aeiou]/.test(this.kind) ? "an" : "a";
    const must = `${where} must be ${article} ${this.kind} or the name of one`.trim();
    const remedy = typeof value === "function" ? "; call it" : "";
    throw new UserError(`${must}, got ${valueInWords(value)}${remedy}`, 2);
  }

  private checked(spec: Spec): Spec {
    requireArgument(`the catalogue of ${this.kind}s`, "what is asked for", spec, nameOrSpec);
    return spec;
  }

  /**
   * A spec as it was saved, with what today's code has to be told of one saved by earlier code (`savedBefore`), nested
   * ones too. Names that are not in the catalogue are left as they are.
   */
  current(spec: Spec): Spec {
    const { name, config } = this.checked(spec);
    const value = (one: Json): Json =>
      Array.isArray(one) ? (one as readonly Json[]).map(value) : isSpec(one) ? { ...this.current(one) } : one;
    const own = Object.entries(config).map(([key, one]) => [key, value(one)] as const);
    return { name, config: { ...this.find(name)?.savedBefore, ...Object.fromEntries(own) } };
  }
}
