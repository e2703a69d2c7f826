// Nothing printed in a README or a docstring may be wrong: every block is type-checked, README blocks are run as well.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { failuresOf, run } from '../process.mjs';

/** @typedef {{ where: string, code: string }} Example */

/**
 * The ```ts blocks of a Markdown text.
 * @param {string} text
 * @param {string} name file name for messages
 * @returns {Example[]}
 */
export function markdownBlocks(text, name) {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    where: `${name}:${text.slice(0, match.index).split('\n').length}`,
    code: match[1] ?? '',
  }));
}

/**
 * The `@example` blocks of a TypeScript source: inside a ``` fence, or all lines up to the next tag.
 * @param {string} text
 * @param {string} name
 * @returns {Example[]}
 */
export function docstringExamples(text, name) {
  const found = [];
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment[0]
      .replace(/^\/\*\*/, '')
      .replace(/\*\/$/, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''));
    const first = text.slice(0, comment.index).split('\n').length;
    for (let i = 0; i < lines.length; i++) {
      if (!/^@example\b/.test(lines[i] ?? '')) continue;
      const where = `${name}:${first + i}`;
      const fenced = /^```/.test(lines[i + 1] ?? '');
      const body = [];
      for (i += fenced ? 2 : 1; i < lines.length; i++) {
        const line = lines[i] ?? '';
        if (fenced ? /^```/.test(line) : /^@\w/.test(line)) break;
        body.push(line);
      }
      if (!fenced) i--;
      found.push({ where, code: body.join('\n') });
    }
  }
  return found;
}

/** @param {string} root */
function readmes(root) {
  return [
    'README.md',
    'README.zh-CN.md',
    ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ]
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => markdownBlocks(readFileSync(join(root, file), 'utf8'), file));
}

/** What a docstring example may use without saying where it comes from; everything else it makes or imports. */
const GIVEN = {
  bytes: 'Uint8Array',
  stream: 'ReadableStream<Uint8Array>',
  envelope: 'Uint8Array',
  pkcs8: 'Uint8Array',
  decrypter: `import('@gov/sm').Decrypter`,
  issuer: `import('@gov/pki').Certificate`,
  pdf: 'Uint8Array',
  message: 'Uint8Array',
  pem: 'string',
  text: 'string',
  signer: `import('@gov/sm').Signer`,
  verifier: `import('@gov/sm').Verifier`,
  certificate: `import('@gov/pki').Certificate`,
  trust: `import('@gov/pki').TrustStore`,
  root: `import('@gov/pki').Certificate`,
  rootPem: 'string',
  png: 'Uint8Array',
  font: 'Uint8Array',
  json: 'unknown',
  doc: `import('@gov/pdf').PdfDocument`,
  seal: `import('@gov/e-seal').Seal`,
  data: `import('@gov/e-license').LicenseData`,
  record: `import('@gov/e-license').LicenseRecord`,
  qrText: 'string',
  scanned: 'string',
  trustList: `import('@gov/pki/trust-list').TrustList`,
  store: `import('@gov/store').Store`,
  replay: `import('@gov/token/one-time').ReplayStore`,
  keys: `import('@gov/token/key-source').KeySource`,
  ring: `import('@gov/token/key-ring').KeyRing`,
  at: 'Date',
  line: 'string',
  records: `import('@gov/catalog').CatalogRecord[]`,
  entries: `import('@gov/catalog').CatalogEntry[]`,
  lastYear: 'AsyncIterable<Uint8Array>',
  thisYear: 'AsyncIterable<Uint8Array>',
  check: `import('@gov/catalog/rules').CatalogCheck`,
  gate: `import('@gov/city-code/gate').Gate`,
  holder: `import('@gov/city-code/show').CodeHolder`,
};

/**
 * Docstring examples of everything an entry point exports. What they use of it need not be imported again.
 * @param {string} root
 * @returns {Example[]}
 */
function docstrings(root) {
  const entries = entryPoints(root);
  const program = ts.createProgram([...entries.keys()], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  /** @type {Map<string, Example>} */
  const found = new Map();
  for (const [source, entry] of entries) {
    const file = program.getSourceFile(source);
    const symbol = file === undefined ? undefined : checker.getSymbolAtLocation(file);
    const files = new Set([source]);
    /** @type {Map<string, string>} exported name to import specifier */
    const exported = new Map();
    for (const item of symbol === undefined ? [] : checker.getExportsOfModule(symbol)) {
      const target = item.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(item) : item;
      const typeOnly =
        !(target.flags & ts.SymbolFlags.Value) ||
        (item.declarations ?? []).some((node) => ts.isTypeOnlyImportOrExportDeclaration(node));
      exported.set(item.name, typeOnly ? `type ${item.name}` : item.name);
      for (const declaration of target.declarations ?? []) files.add(declaration.getSourceFile().fileName);
    }
    for (const path of files) {
      if (!path.startsWith(join(root, 'packages')) || path.includes('node_modules') || path.endsWith('.d.ts')) continue;
      for (const example of docstringExamples(readFileSync(path, 'utf8'), relative(root, path))) {
        const known = found.get(example.where);
        // A file behind several entry points: the one that exports what the example uses.
        const code = prelude(example.code, entry, exported) + example.code;
        if (known === undefined || code.length > known.code.length) found.set(example.where, { ...example, code });
      }
    }
  }
  return [...found.values()];
}

/** Source file to specifier, for every entry point of every package. @param {string} root */
function entryPoints(root) {
  /** @type {Map<string, string>} */
  const entries = new Map();
  for (const name of readdirSync(join(root, 'packages'))) {
    const dir = join(root, 'packages', name);
    const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    for (const [key, entry] of Object.entries(manifest.exports ?? {})) {
      const target = typeof entry === 'string' ? entry : entry.default;
      if (typeof target !== 'string') continue;
      const source = join(dir, target.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
      if (existsSync(source)) entries.set(source, `@gov/${name}${key.slice(1)}`);
    }
  }
  return entries;
}

/**
 * One line before an example: imports and declarations of the free names in it.
 * @param {string} code @param {string} entry @param {ReadonlyMap<string, string>} exported
 */
export function prelude(code, entry, exported) {
  const free = freeNames(code);
  const imports = [...exported].filter(([name]) => free.has(name)).map(([, specifier]) => specifier);
  const given = Object.entries(GIVEN).filter(([name]) => free.has(name) && !exported.has(name));
  return [
    ...(imports.length > 0 ? [`import { ${imports.join(', ')} } from '${entry}';`] : []),
    ...given.map(([name, type]) => `declare const ${name}: ${type};`),
  ]
    .join(' ')
    .concat('\n');
}

/** Names a text uses and neither declares nor imports. @param {string} code */
function freeNames(code) {
  /** @type {Set<string>} */ const used = new Set();
  /** @type {Set<string>} */ const declared = new Set();
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const property =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
      const declares = 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
      if (declares && !property) declared.add(node.text);
      else if (!property) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.ESNext, true));
  return new Set([...used].filter((name) => !declared.has(name)));
}

/**
 * Writes examples as files the compiler and tsx resolve from inside the repository.
 * @param {string} root @param {string} folder @param {readonly Example[]} examples
 */
function write(root, folder, examples) {
  const dir = join(root, '.cache', folder);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return examples.map((example, i) => {
    const file = join(dir, `${String(i + 1).padStart(3, '0')}.ts`);
    writeFileSync(file, `${example.code}\nexport {};\n`);
    return { ...example, file };
  });
}

/** @param {string} root */
export async function typeCheckExamples(root) {
  const files = write(root, 'examples', [...readmes(root), ...docstrings(root)]);
  if (files.length === 0) throw new Error('no example found: the search for them must be wrong');
  writeFileSync(
    join(root, '.cache/examples/tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: { composite: false, emitDeclarationOnly: false, declaration: false, noEmit: true },
      include: ['*.ts'],
    }),
  );
  try {
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', '.cache/examples/tsconfig.json', '--pretty', 'false'], {
      cwd: root,
    });
  } catch (error) {
    // Name the place people can edit, not the extracted file.
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(
      text.replace(/^\.cache\/examples\/(\d+)\.ts\((\d+),\d+\)/gm, (_, n, line) => {
        const example = files[Number(n) - 1];
        return `${example?.where} (line ${line} of: ${example?.code.split('\n')[line - 1]?.trim()})`;
      }),
    );
  }
  return `${files.length} examples`;
}

/** @param {string} root */
export async function runReadmeBlocks(root) {
  const files = write(root, 'readme', readmes(root));
  // Made JavaScript all at once: a loader in each process takes as long as the block.
  await build({
    entryPoints: files.map(({ file }) => file),
    outdir: join(root, '.cache/readme'),
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    outExtension: { '.js': '.mjs' },
    logLevel: 'silent',
  });
  const wrong = await failuresOf(files, async ({ file }) => {
    const cwd = file.replace(/\.ts$/, '');
    mkdirSync(cwd);
    await run(process.execPath, ['--enable-source-maps', file.replace(/\.ts$/, '.mjs')], { cwd });
  });
  if (wrong.length > 0) throw new Error(wrong.map(({ item, message }) => `${item.where}\n${message}`).join('\n'));
  return `${files.length} blocks run`;
}
