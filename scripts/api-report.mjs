import ts from "typescript";
import { isPublic } from "./api-surface.mjs";

const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/** A class as others see it: without private and protected members. */
function withoutPrivate(node) {
  if (!ts.isClassDeclaration(node)) return node;
  const { modifiers, name, typeParameters, heritageClauses, members } = node;
  const shown = members.filter(isPublic);
  return ts.factory.updateClassDeclaration(node, modifiers, name, typeParameters, heritageClauses, shown);
}

/** What `typeof` in a declaration comes to, which stands elsewhere. */
function meaningOf(declaration, checker) {
  const spelled = declaration.getText();
  if (!/\btypeof\b/.test(spelled) || ts.isInterfaceDeclaration(declaration)) return [];
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
  return [`// ${checker.typeToString(checker.getTypeAtLocation(declaration), undefined, flags)}`];
}

/** The statement that a declaration stands in, as text without comments. */
function textOf(declaration) {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const source = declaration.getSourceFile();
  return printer
    .printNode(ts.EmitHint.Unspecified, withoutPrivate(statement), source)
    .replace(/^export /, "")
    .replace(/^declare /, "");
}

/** An export with its signature, as a part of the report. */
function blockOf({ name, symbol, typeOnly }, checker) {
  const texts = (symbol.declarations ?? []).flatMap((one) => [textOf(one), ...meaningOf(one, checker)]);
  const renamed = symbol.name === name ? "" : ` (${symbol.name})`;
  const body = [...new Set(texts)].join("\n");
  return `## ${name}${renamed}${typeOnly ? ", type only" : ""}\n\n\`\`\`ts\n${body}\n\`\`\`\n`;
}

/**
 * Every export of an entry point with its signature, by name. What it shares with one before it is only named.
 */
export function reportOf(entry, before = []) {
  const { name, members, checker } = entry;
  const blocks = [];
  const shared = new Map();
  for (const member of members) {
    const same = before.find((other) =>
      other.members.some(
        (its) => its.name === member.name && its.symbol === member.symbol && its.typeOnly === member.typeOnly,
      ),
    );
    if (same === undefined) blocks.push(blockOf(member, checker));
    else shared.set(same.name, [...(shared.get(same.name) ?? []), member.name]);
  }
  const references = [...shared].map(
    ([other, names]) => `The same as in \`${other}\`:\n\n${names.map((each) => `- ${each}\n`).join("")}`,
  );
  const head =
    `# The public surface of \`${name}\`\n\nWritten by \`npm run api\`, compared by \`npm test\`: ` +
    `${members.length} exports.\n`;
  return [head, ...references, ...blocks].join("\n");
}
