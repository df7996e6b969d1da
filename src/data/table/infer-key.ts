/** Whether a name is one of a column that tells rows apart. */
export function namedAsKey(name: string): boolean {
  return (
    /(^|[\s_.-])(id|ids|uid|key|pk|uuid|guid|index|rownum|row[\s_-]?(no|nr|number))$/i.test(name.trim()) ||
    /[a-z]I[dD]$/.test(name) ||
    /^unnamed: 0$/i.test(name)
  );
}

/** Whether a name is one of codes that are written in digits but are no quantities. */
export function namedAsCode(name: string): boolean {
  return /(^|[\s_.-])(zip|zip[\s_-]?code|postal[\s_-]?code|postcode|plz|area[\s_-]?code|code)$/i.test(
    name.trim(),
  );
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const phone = /^\+?\(?\d[\d\s()./-]{6,}\d$/;

/** The share of texts that a pattern fits. */
function share(texts: readonly string[], fits: (text: string) => boolean): number {
  return texts.length === 0 ? 0 : texts.filter(fits).length / texts.length;
}

/** What of a person a column seems to hold, in words; undefined if nothing. */
export function personalOf(name: string, texts: readonly string[], areNumbers: boolean): string | undefined {
  const own = name
    .trim()
    .toLowerCase()
    .replace(/[\s_.-]+/g, " ");
  const some = texts.slice(0, 500);
  if (share(some, (text) => email.test(text.trim())) > 0.8) return "e-mail addresses";
  if (/(^| )(phone|telephone|tel|mobile|cell|fax)( (no|nr|number))?$/.test(own)) return "phone numbers";
  if (
    !areNumbers &&
    share(some, (text) => phone.test(text.trim()) && /[+()\s/-]/.test(text.trim())) > 0.9 &&
    share(some, (text) => text.replace(/\D/g, "").length > 8) > 0.9
  ) {
    return "phone numbers";
  }
  if (
    /(^| )(ssn|social security( (no|number))?|passport( (no|number))?|iban|credit card|card number|tax id)$/.test(
      own,
    )
  )
    return "numbers of persons";
  if (areNumbers) return undefined;
  if (
    /^(first|last|full|given|family|middle|sur|fore|customer|patient|employee|person|user)[ ]?names?$|^(surname|forename|lastname|firstname|username)$/.test(
      own,
    )
  )
    return "names of persons";
  if (
    /^name$/.test(own) &&
    share(some, (text) => /^[\p{Lu}][\p{L}.'-]+([, ]+[\p{L}.'()"-]+)+$/u.test(text.trim())) > 0.8
  )
    return "names of persons";
  if (/(^| )(street|address|home address|street address)$/.test(own)) return "addresses";
  return undefined;
}

/** Text as it stands in a key's format, in which #, { and \\ mean something. */
function literal(text: string): string {
  return text.replace(/[#{\\]/g, "\\$&");
}

function shapeOf(text: string): string {
  return [...text]
    .map((c) => (/[0-9]/.test(c) ? "{9}" : /[A-Z]/.test(c) ? "{A}" : /[a-z]/.test(c) ? "{a}" : literal(c)))
    .join("");
}

/**
 * The format of a column of keys: `C-####`, a number that goes up with zeros before it (`#`: without), `{A}{9}`, any
 * capital letter and any digit (`{a}`: small letter), `uuid`.
 */
export function keyFormatOf(texts: readonly string[]): string | undefined {
  if (texts.length === 0) return undefined;
  if (texts.every((text) => uuid.test(text))) return "uuid";
  const parts = texts.map((text) => /^(.*?)(\d+)(\D*)$/.exec(text));
  const [first] = parts;
  if (first && parts.every((part) => part !== null && part[1] === first[1] && part[3] === first[3])) {
    const widths = parts.map((part) => part?.[2]?.length ?? 0);
    const padded = parts.some((part) => /^0\d/.test(part?.[2] ?? ""));
    const widest = widths.reduce((a, b) => Math.max(a, b), 0);
    if (widest <= 15 && (!padded || widths.every((width) => width === widest))) {
      return `${literal(first[1] ?? "")}${padded ? "#".repeat(widest) : "#"}${literal(first[3] ?? "")}`;
    }
  }
  const own = shapeOf(texts[0] ?? "");
  return own.includes("{9}") && texts.every((text) => shapeOf(text) === own) ? own : undefined;
}
