// Who may import whom. The rules are the tables below; the facts are the real imports of packages/*/src.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Imports point down only; rooms on one floor do not know each other. @type {Readonly<Record<string, number>>} */
export const FLOORS = {
  verdict: 0,
  der: 1,
  codes: 1,
  table: 1,
  sm: 2,
  qr: 2,
  token: 3,
  pdf: 3,
  ofd: 3,
  audit: 3,
  pki: 4,
  'e-seal': 5,
  identity: 5,
  'e-license': 6,
  'city-code': 6,
  catalog: 6,
  store: 7,
  cli: 8,
  sandbox: 8,
};

/** Said twice on purpose: these hold even if somebody moves a floor. */
const NEVER = [
  { from: ['pdf', 'ofd'], to: ['@gov/e-seal'], why: 'document engines know no seals' },
  {
    from: Object.keys(FLOORS).filter((name) => !['store', 'cli', 'sandbox'].includes(name)),
    to: ['@gov/store', 'pg', 'pg-boss', '@electric-sql/pglite'],
    why: 'domain packages define ports, store implements them',
  },
];

/** Programs, not libraries: they may use Node everywhere. */
const PROGRAMS = ['cli', 'sandbox'];

const NODE_GLOBALS = new Set(['Buffer', 'process', 'require', '__dirname', '__filename']);

/**
 * @typedef {{ rule: string, file: string, message: string }} Violation
 * @typedef {{ name: string, dir: string, manifest: any, files: string[] }} Package
 */

/**
 * Every broken rule of the packages under `root`, none when all is well.
 * @param {string} root
 * @returns {Violation[]}
 */
export function checkArrows(root) {
  /** @type {Violation[]} */
  const violations = [];
  const packages = readPackages(root);
  const graph = new Map();
  for (const pkg of packages.values()) {
    /** @param {string} rule @param {string} file @param {string} message */
    const say = (rule, file, message) => violations.push({ rule, file: relative(root, file), message });
    checkPackage(pkg, packages, graph, say);
  }
  for (const cycle of findCycles(graph)) {
    const names = cycle.map((file) => relative(root, file));
    violations.push({ rule: 'cycle', file: names[0] ?? '', message: `import cycle: ${names.join(' → ')}` });
  }
  return violations;
}

/** @param {string} root @returns {Map<string, Package>} */
function readPackages(root) {
  const packages = new Map();
  for (const name of readdirSync(join(root, 'packages')).sort()) {
    const dir = join(root, 'packages', name);
    if (!existsSync(join(dir, 'package.json'))) continue;
    const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    const files = ['src', 'bin']
      .flatMap((folder) => walk(join(dir, folder)))
      .filter((file) => /\.[cm]?[jt]s$/.test(file));
    packages.set(name, { name, dir, manifest, files });
  }
  return packages;
}

/** @param {string} dir @returns {string[]} */
function walk(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(dir, entry.name)) : [join(dir, entry.name)],
  );
}

/**
 * @param {Package} pkg
 * @param {Map<string, Package>} packages
 * @param {Map<string, string[]>} graph
 * @param {(rule: string, file: string, message: string) => void} say
 */
function checkPackage(pkg, packages, graph, say) {
  const manifestFile = join(pkg.dir, 'package.json');
  const floor = FLOORS[pkg.name];
  if (floor === undefined) say('floor', manifestFile, `${pkg.name} stands on no floor: add it to FLOORS`);
  if (pkg.manifest.name !== `@gov/${pkg.name}`) say('name', manifestFile, `is named ${pkg.manifest.name}`);
  const dependencies = { ...pkg.manifest.dependencies, ...pkg.manifest.peerDependencies };
  const used = new Set();

  for (const [key, entry] of Object.entries(pkg.manifest.exports ?? {})) {
    for (const target of targets(entry))
      if (!existsSync(toSource(pkg, target)))
        say('exports', manifestFile, `"${key}" names ${target}, which has no source`);
  }

  for (const file of pkg.files) {
    const facts = readFacts(file);
    const free = PROGRAMS.includes(pkg.name);
    const isNode = /\.node\.[cm]?[jt]s$/.test(file);
    graph.set(file, []);
    if (!free && !isNode)
      for (const name of facts.nodeGlobals)
        say('node-only', file, `uses ${name}, which exists in Node only: move it to a *.node.ts`);
    for (const text of facts.strings) {
      const name = packageOf(text);
      if (name in dependencies) used.add(name);
    }
    for (const specifier of facts.imports) {
      if (specifier.startsWith('.')) {
        const target = resolve(dirname(file), specifier);
        if (!target.startsWith(pkg.dir + sep)) {
          say('outside', file, `'${specifier}' leaves the package`);
          continue;
        }
        if (!/\.(js|json)$/.test(specifier)) say('extension', file, `'${specifier}' must end in .js`);
        const source = target
          .replace(`${pkg.dir}${sep}dist${sep}`, `${pkg.dir}${sep}src${sep}`)
          .replace(/\.js$/, '.ts');
        if (!existsSync(source) && !existsSync(target)) say('missing', file, `'${specifier}' does not exist`);
        else graph.get(file)?.push(existsSync(source) ? source : target);
        if (/\.node\.js$/.test(specifier) && !isNode && !free)
          say('node-only', file, `imports '${specifier}' without the condition in package.json "imports"`);
        continue;
      }
      if (specifier.startsWith('#')) {
        const entry = pkg.manifest.imports?.[specifier];
        if (entry === undefined) say('imports', file, `'${specifier}' is not in package.json "imports"`);
        for (const target of targets(entry)) {
          if (!target.startsWith('.')) continue;
          const source = toSource(pkg, target);
          if (existsSync(source)) graph.get(file)?.push(source);
          else say('imports', file, `'${specifier}' names ${target}, which has no source`);
        }
        continue;
      }
      if (specifier.startsWith('node:')) {
        if (!free && !isNode) say('node-only', file, `imports '${specifier}': move it to a *.node.ts`);
        continue;
      }
      if (builtinModules.includes(specifier)) {
        say('node-prefix', file, `write 'node:${specifier}'`);
        continue;
      }
      const name = packageOf(specifier);
      for (const { from, to, why } of NEVER)
        if (from.includes(pkg.name) && to.includes(name)) say('never', file, `imports ${name}: ${why}`);
      if (name === `@gov/${pkg.name}`) {
        say('self', file, `imports its own package by name: use a relative path`);
        continue;
      }
      used.add(name);
      if (!(name in dependencies)) say('undeclared', file, `imports ${name}, absent from "dependencies"`);
      if (!name.startsWith('@gov/')) continue;
      const other = packages.get(name.slice('@gov/'.length));
      if (other === undefined) {
        say('missing', file, `'${specifier}': no such package`);
        continue;
      }
      const otherFloor = FLOORS[other.name];
      if (floor !== undefined && otherFloor !== undefined && otherFloor >= floor)
        say('floor', file, `floor ${floor} (${pkg.name}) imports floor ${otherFloor} (${other.name}): only downwards`);
      if (other.manifest.exports?.[`.${specifier.slice(name.length)}`] === undefined)
        say('deep', file, `'${specifier}' is not in the exports of ${name}`);
    }
  }

  for (const name of Object.keys(dependencies))
    if (!used.has(name)) say('unused', manifestFile, `"dependencies" names ${name}, which nothing imports`);
  checkReferences(pkg, dependencies, say);
}

/**
 * `tsc -b` builds in the order of the references: they must be the dependencies.
 * @param {Package} pkg
 * @param {Record<string, string>} dependencies
 * @param {(rule: string, file: string, message: string) => void} say
 */
function checkReferences(pkg, dependencies, say) {
  const file = join(pkg.dir, 'tsconfig.json');
  if (!existsSync(file)) return;
  /** @type {{ path: string }[]} */
  const references = ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8')).config?.references ?? [];
  const have = new Set(references.map(({ path }) => `@gov/${path.split('/').pop()}`));
  const want = new Set(Object.keys(dependencies).filter((name) => name.startsWith('@gov/')));
  for (const name of want) if (!have.has(name)) say('references', file, `"references" lacks ${name}`);
  for (const name of have) if (!want.has(name)) say('references', file, `"references" names ${name}, no dependency`);
}

/** Targets of an `exports` or `imports` entry under every condition but `types`. @param {unknown} entry @returns {string[]} */
function targets(entry) {
  if (typeof entry === 'string') return [entry];
  if (typeof entry !== 'object' || entry === null) return [];
  return Object.entries(entry).flatMap(([condition, value]) => (condition === 'types' ? [] : targets(value)));
}

/** @param {Package} pkg @param {string} target */
function toSource(pkg, target) {
  const source = join(pkg.dir, target.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'));
  return target.startsWith('./dist/') ? source : join(pkg.dir, target);
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * What a file imports, every string it holds (a dependency may be found by `import.meta.resolve`), and the names only Node has.
 * @param {string} file
 */
function readFacts(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true);
  /** @type {Set<string>} */ const imports = new Set();
  /** @type {Set<string>} */ const strings = new Set();
  /** @type {Set<string>} */ const seen = new Set();
  /** @type {Set<string>} */ const declared = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier)
      take(node.moduleSpecifier);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) take(node.arguments[0]);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) take(node.argument.literal);
    else if (ts.isStringLiteralLike(node)) strings.add(node.text);
    else if (ts.isIdentifier(node) && NODE_GLOBALS.has(node.text)) {
      if (isName(node)) declared.add(node.text);
      else if (!isProperty(node) || ofGlobalThis(node)) seen.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  /** @param {ts.Node | undefined} node */
  const take = (node) => {
    if (node && ts.isStringLiteralLike(node)) imports.add(node.text);
  };
  visit(source);
  return { imports, strings, nodeGlobals: [...seen].filter((name) => !declared.has(name)) };
}

/** @param {ts.Identifier} node */
const isName = (node) =>
  (ts.isVariableDeclaration(node.parent) ||
    ts.isFunctionDeclaration(node.parent) ||
    ts.isParameter(node.parent) ||
    ts.isImportSpecifier(node.parent)) &&
  node.parent.name === node;

/** @param {ts.Identifier} node */
const isProperty = (node) =>
  (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
  ((ts.isPropertyAssignment(node.parent) ||
    ts.isPropertySignature(node.parent) ||
    ts.isPropertyDeclaration(node.parent) ||
    ts.isMethodDeclaration(node.parent) ||
    ts.isMethodSignature(node.parent)) &&
    node.parent.name === node);

/** @param {ts.Identifier} node */
const ofGlobalThis = (node) =>
  ts.isPropertyAccessExpression(node.parent) && node.parent.expression.getText() === 'globalThis';

/** @param {Map<string, string[]>} graph @returns {string[][]} one path for every cycle met by a depth-first walk */
function findCycles(graph) {
  /** @type {string[][]} */
  const cycles = [];
  const done = new Set();
  /** @param {string} file @param {string[]} path */
  const visit = (file, path) => {
    const at = path.indexOf(file);
    if (at >= 0) {
      cycles.push([...path.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return cycles;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = checkArrows(resolve(import.meta.dirname, '..'));
  for (const { rule, file, message } of violations) console.log(`${file}: ${message} [${rule}]`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
