/**
 * Writes every forged PDF and the sealed file it was made from (npm run build, then npx tsx scripts/forged-pdfs.ts OUT_DIR), for
 * whoever wants to try another verifier on them. `manifest.json` says of each what gives it away here; `root.pem` is the root to
 * believe. Keys are new in every run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePem } from '@gov/der/pem';
import { FORGED } from '../packages/e-seal/test/forged/index.js';
import { makeScene, sealedFile } from '../packages/e-seal/test/forged/world.js';

const [out] = process.argv.slice(2);
if (out === undefined) {
  console.error('npx tsx scripts/forged-pdfs.ts OUT_DIR');
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const scene = await makeScene();
const manifest = [];
for (const [index, forged] of FORGED.entries()) {
  const { class: className, name, expect, inseparable, visible } = forged;
  const sealed = await sealedFile(forged, scene);
  const stem = `${String(index + 1).padStart(3, '0')}-${className
    .replace(/[^a-z]+/gi, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()}`;
  writeFileSync(join(out, `${stem}.sealed.pdf`), sealed);
  writeFileSync(join(out, `${stem}.forged.pdf`), await forged.forge(sealed, scene));
  manifest.push({
    file: `${stem}.forged.pdf`,
    sealed: `${stem}.sealed.pdf`,
    class: className,
    name,
    ...expect,
    ...(inseparable === undefined ? {} : { also: inseparable.codes }),
    ...(visible === undefined ? {} : { visible }),
  });
}
writeFileSync(join(out, 'root.pem'), writePem('CERTIFICATE', scene.world.root.certificate.bytes));
writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${manifest.length} forged files in ${out}`);
