import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { root } from "./tools.mjs";

const options = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.es2023.d.ts"],
  types: ["node"],
  strict: true,
  noEmit: true,
};

/** The declarations of a symbol, whatever it was imported as. */
function resolved(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Entry points of package.json with what they export: names, symbols, and whether only as a type. */
export function entryPoints() {
  const { exports } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const typed = Object.entries(exports).flatMap(([name, target]) => [
    ...(target.types ? [[name, target.types]] : []),
    ...(target.node?.types ? [[`${name}-node`, target.node.types]] : []),
  ]);
  const files = typed.map(([, types]) => path.join(root, types));
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return typed.map(([name], i) => {
    const source = program.getSourceFile(files[i]);
    if (source === undefined) throw new Error(`${files[i]} is missing: build first (npm run build)`);
    const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(source));
    const members = symbols
      .map((symbol) => {
        const [specifier] = symbol.declarations ?? [];
        const target = resolved(checker, symbol);
        const isClause = specifier !== undefined && ts.isExportSpecifier(specifier);
        const typeOnly = isClause && (specifier.isTypeOnly || specifier.parent.parent.isTypeOnly);
        return { name: symbol.name, symbol: target, typeOnly };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const entry = name === "." ? "latent" : `latent/${name.slice(2)}`;
    return { name: entry, file: entry.replace("/", "-"), members, checker };
  });
}

/** Whether a member of a class can be reached from outside. */
export function isPublic(node) {
  const flags = ts.getCombinedModifierFlags(node);
  return (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0;
}

/** The names in a declaration that stand for types of this package, with their symbols. */
function* typesIn(node, checker) {
  if (ts.isClassElement(node) && !isPublic(node)) return;
  const named = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
      ? node.expression
      : ts.isImportTypeNode(node)
        ? node.qualifier
        : undefined;
  if (named !== undefined) {
    const symbol = checker.getSymbolAtLocation(named);
    if (symbol !== undefined) yield resolved(checker, symbol);
  }
  for (const child of node.getChildren()) yield* typesIn(child, checker);
}

function isOurs(declaration) {
  return (
    path.relative(path.join(root, "dist"), declaration.getSourceFile().fileName).startsWith("..") === false
  );
}

function isTypeParameter(symbol) {
  return (symbol.flags & ts.SymbolFlags.TypeParameter) !== 0;
}

/**
 * The types that stand in signatures of an entry point but can be imported from neither it nor `latent/graph`, one
 * line each.
 */
export function unexportedTypes(entry, entries) {
  const graph = entries.find(({ name }) => name === "latent/graph");
  const known = new Set([entry, graph].flatMap((each) => each?.members ?? []).map(({ symbol }) => symbol));
  const found = new Map();
  for (const { name, symbol } of entry.members) {
    for (const declaration of symbol.declarations ?? []) {
      for (const type of typesIn(declaration, entry.checker)) {
        if (known.has(type) || isTypeParameter(type) || !type.declarations?.some(isOurs)) continue;
        found.set(type.name, [...(found.get(type.name) ?? []), name]);
      }
    }
  }
  return [...found].map(
    ([type, users]) =>
      `${type} is in the signature of ${[...new Set(users)].slice(0, 4).join(", ")}, but not exported`,
  );
}
