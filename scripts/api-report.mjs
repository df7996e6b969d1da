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

/** The statement that a declaration stands in, as text without comments. */
function textOf(declaration) {
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const source = declaration.getSourceFile();
  return printer
    .printNode(ts.EmitHint.Unspecified, withoutPrivate(statement), source)
    .replace(/^export /, "")
    .replace(/^declare /, "");
}

/** Every export of an entry point with its signature, by name. */
export function reportOf({ name, members }) {
  const blocks = members.map(({ name: exported, symbol, typeOnly }) => {
    const texts = [...new Set((symbol.declarations ?? []).map(textOf))];
    const renamed = symbol.name === exported ? "" : ` (${symbol.name})`;
    return `## ${exported}${renamed}${typeOnly ? ", type only" : ""}\n\n\`\`\`ts\n${texts.join("\n")}\n\`\`\`\n`;
  });
  const head =
    `# The public surface of \`${name}\`\n\nWritten by \`npm run api\`, compared by \`npm test\`: ` +
    `${members.length} exports.\n`;
  return [head, ...blocks].join("\n");
}
