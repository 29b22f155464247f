import { relative } from 'node:path';
import ts from 'typescript';

/**
 * Lists members of classes in src that nothing in src reads: what `knip` does for exports. Those
 * that somebody outside knows do not count: members of exported classes, members that a base
 * class or an interface promises, members with a decorator. What a role reads (an interface that
 * the class, or one that extends it, fits without saying so) is read. Exits with 1 when there are any.
 */

/** @typedef {ts.ClassElement | ts.ParameterPropertyDeclaration} Member */

const program = programOf('tsconfig.build.json');
const checker = program.getTypeChecker();
const sources = program.getSourceFiles().filter((file) => !file.isDeclarationFile);
const published = new Set(
  sources.filter(({ fileName }) => fileName.endsWith('/index.ts')).flatMap(exportsOf),
);

/** @type {Member[]} */
const members = [];
/** @type {ts.InterfaceDeclaration[]} */
const roles = [];
/** @type {ts.ClassDeclaration[]} */
const classes = [];
/** @type {Set<ts.Node>} declarations of what is read somewhere */
const read = new Set();
sources.forEach(visit);

const dead = members.filter(
  (member) => !read.has(member) && !isKnownOutside(member) && !isReadByRole(member),
);
for (const member of dead) {
  const file = relative('.', member.getSourceFile().fileName);
  console.error(`${file}: nothing reads ${classOf(member).name?.text}.${nameOf(member)}`);
}
process.exitCode = dead.length === 0 ? 0 : 1;

/** @param {string} file */
function programOf(file) {
  const { config } = ts.readConfigFile(file, ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, '.');
  return ts.createProgram(fileNames, { ...options, noEmit: true, incremental: false });
}

/**
 * Classes that a file exports, under their own name or as a type.
 *
 * @param {ts.SourceFile} file
 */
function exportsOf(file) {
  return checker
    .getExportsOfModule(checker.getSymbolAtLocation(file))
    .map((symbol) => checker.getDeclaredTypeOfSymbol(withoutAlias(symbol)).symbol);
}

/** @param {ts.Symbol} symbol */
function withoutAlias(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** @param {ts.Node} node */
function visit(node) {
  if (isMember(node)) members.push(node);
  if (ts.isInterfaceDeclaration(node)) roles.push(node);
  if (ts.isClassDeclaration(node) && node.name !== undefined) classes.push(node);
  if (ts.isIdentifier(node) && !isName(node) && !isWritten(node)) markRead(node);
  ts.forEachChild(node, visit);
}

/** @param {ts.Node} node */
function isMember(node) {
  const isParameter = ts.isParameterPropertyDeclaration(node, node.parent);
  const isElement = ts.isClassElement(node) && ts.isClassLike(node.parent);
  return (isParameter || isElement) && node.name !== undefined && ts.isIdentifier(node.name);
}

/** @param {ts.Identifier} node */
function isName(node) {
  return isMember(node.parent) && node.parent.name === node;
}

/**
 * On the left of a plain assignment.
 *
 * @param {ts.Identifier} node
 */
function isWritten({ parent }) {
  const { parent: outer } = parent;
  return (
    ts.isPropertyAccessExpression(parent) &&
    ts.isBinaryExpression(outer) &&
    outer.left === parent &&
    outer.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
    ts.isExpressionStatement(outer.parent)
  );
}

/** @param {ts.Identifier} node */
function markRead(node) {
  const symbol = symbolOf(node);
  if (symbol === undefined) return;
  for (const { declarations = [] } of checker.getRootSymbols(symbol)) {
    for (const declaration of declarations) read.add(declaration);
  }
}

/**
 * In `const { name } = object` the identifier is a variable; the member is the object's.
 *
 * @param {ts.Identifier} node
 */
function symbolOf(node) {
  const { parent } = node;
  if (!ts.isBindingElement(parent) || (parent.propertyName ?? parent.name) !== node) {
    return checker.getSymbolAtLocation(node);
  }
  return checker.getPropertyOfType(checker.getTypeAtLocation(parent.parent), node.text);
}

/** @param {Member} member */
function isKnownOutside(member) {
  const owner = classOf(member);
  const promises = (owner.heritageClauses ?? []).flatMap(({ types }) => types);
  return (
    published.has(checker.getSymbolAtLocation(owner.name)) ||
    ts.getDecorators(member)?.length > 0 ||
    promises.some((type) =>
      checker.getPropertyOfType(checker.getTypeAtLocation(type), nameOf(member)),
    )
  );
}

/**
 * Whether an interface reads it of which the class has every member, or one that extends it.
 *
 * @param {Member} member
 */
function isReadByRole(member) {
  const isStatic = ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static;
  const owner = checker.getSymbolAtLocation(classOf(member).name);
  const types = isStatic ? [checker.getTypeOfSymbol(owner)] : typesWith(owner);
  return roles.some((role) => {
    const properties = checker.getTypeAtLocation(role).getProperties();
    const own = properties.find(({ name }) => name === nameOf(member));
    return (
      own?.declarations?.some((declaration) => read.has(declaration)) &&
      types.some((type) => properties.every((property) => has(type, property)))
    );
  });
}

/**
 * Symbols have another name wherever they are met.
 *
 * @param {ts.Type} type
 * @param {ts.Symbol} property
 */
function has(type, { name }) {
  return name.startsWith('__@') || checker.getPropertyOfType(type, name) !== undefined;
}

/**
 * The type of a class, and those of the classes that extend it.
 *
 * @param {ts.Symbol} owner
 * @returns {ts.Type[]}
 */
function typesWith(owner) {
  const type = checker.getDeclaredTypeOfSymbol(owner);
  const heirs = classes
    .map((node) => checker.getSymbolAtLocation(node.name))
    .filter((symbol) => basesOf(checker.getDeclaredTypeOfSymbol(symbol)).includes(owner));
  return [type, ...heirs.map((symbol) => checker.getDeclaredTypeOfSymbol(symbol))];
}

/**
 * @param {ts.Type} type
 * @returns {ts.Symbol[]}
 */
function basesOf(type) {
  return (type.getBaseTypes() ?? []).flatMap((base) => [base.symbol, ...basesOf(base)]);
}

/** @param {Member} member */
function classOf(member) {
  return ts.isParameter(member) ? member.parent.parent : member.parent;
}

/** @param {Member} member */
function nameOf(member) {
  return member.name.text;
}
