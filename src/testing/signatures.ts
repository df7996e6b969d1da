import path from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A parameter of an exported function, as the compiler sees it. */
export interface Parameter {
  readonly name: string;
  /** Its type as text, without `undefined`. */
  readonly type: string;
  readonly optional: boolean;
  /** Whether it is an object of options by name, all of them known. */
  readonly takesOptions: boolean;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

function takesOptions(checker: ts.TypeChecker, type: ts.Type): boolean {
  const properties = checker.getPropertiesOfType(type);
  const isObject = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
  if (!isObject || properties.length === 0 || type.getCallSignatures().length > 0) return false;
  if (checker.isArrayLikeType(type) || type.getStringIndexType() !== undefined) return false;
  const named = /(Options|Input|Check|\wSpec)(<.*>)?$/.test(checker.typeToString(type));
  return named || properties.every(({ flags }) => (flags & ts.SymbolFlags.Optional) !== 0);
}

/**
 * The parameters of all functions that a file of src/ exports, by name, and of the methods of what it exports (of a class,
 * of its instances), as `name.method`; of overloaded ones those of the last.
 */
export function signaturesOf(files: readonly string[]): Map<string, Map<string, readonly Parameter[]>> {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(root, "tsconfig.json"),
    { noEmit: true },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  const paths = files.map((file) => path.join(root, "src", file));
  const program = ts.createProgram(paths, config?.options ?? {});
  const checker = program.getTypeChecker();
  const parameterOf = (symbol: ts.Symbol): Parameter => {
    const type = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
    const { valueDeclaration } = symbol;
    return {
      name: symbol.name,
      type: checker.typeToString(type),
      optional:
        valueDeclaration !== undefined &&
        ts.isParameter(valueDeclaration) &&
        (checker.isOptionalParameter(valueDeclaration) || valueDeclaration.dotDotDotToken !== undefined),
      takesOptions: takesOptions(checker, type),
    };
  };
  const signatureOf = (type: ts.Type): readonly Parameter[] | undefined =>
    type.getCallSignatures().at(-1)?.getParameters().map(parameterOf);
  const isHidden = ({ valueDeclaration }: ts.Symbol): boolean =>
    valueDeclaration !== undefined &&
    (ts.getCombinedModifierFlags(valueDeclaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Static)) !==
      0;
  const exportsOf = (file: string): Map<string, readonly Parameter[]> => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} can't be read`);
    const found = new Map<string, readonly Parameter[]>();
    const add = (name: string, type: ts.Type): void => {
      const signature = signatureOf(type);
      if (signature !== undefined) found.set(name, signature);
    };
    for (const symbol of checker.getExportsOfModule(module)) {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      if ((target.flags & ts.SymbolFlags.Value) === 0) continue;
      const isClass = (target.flags & ts.SymbolFlags.Class) !== 0;
      const type = isClass ? checker.getDeclaredTypeOfSymbol(target) : checker.getTypeOfSymbol(target);
      add(symbol.name, type);
      for (const member of checker.getPropertiesOfType(type)) {
        if (!isHidden(member)) add(`${symbol.name}.${member.name}`, checker.getTypeOfSymbol(member));
      }
    }
    return found;
  };
  return new Map(files.map((file, i) => [file, exportsOf(paths[i] as string)]));
}
