#!/usr/bin/env node
// Tracked, because npm links no bin whose file is absent at install; the program itself is built.
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../dist/main.js', import.meta.url))) {
  console.error('gov is not built yet: npm run build');
  process.exit(70);
}
const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
