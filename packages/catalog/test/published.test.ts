import { readFileSync } from 'node:fs';
import { catalogJsonSchema, LABEL_LISTS, RECORD_KINDS, recordFields } from '@gov/catalog';
import { expect, it } from 'vitest';

const published = (name: string): string =>
  readFileSync(new URL(`../../../docs/formats/${name}`, import.meta.url), 'utf8');

it('the published schema is the one that the code has', () => {
  expect(JSON.parse(published('catalog.schema.json'))).toEqual(JSON.parse(JSON.stringify(catalogJsonSchema())));
});

it('the document has every field of every kind, marked where it must be there, and every label', () => {
  const text = published('catalog.md');
  for (const kind of RECORD_KINDS) {
    const section = text.split(`### \`${kind}\` · `)[1]!.split('\n## ')[0]!.split('\n### ')[0]!;
    for (const { path, required } of recordFields(kind)) {
      if (/^classification\./.test(path)) continue;
      const row = section.split('\n').find((line) => line.startsWith(`| \`${path}\` |`));
      expect(row, `${kind} ${path}`).toBeDefined();
      // What must be there within something that need not is marked as well.
      if (required) expect(row, `${kind} ${path}`).toContain('| ● |');
    }
  }
  for (const labels of Object.values(LABEL_LISTS)) expect(text).toContain(labels.map(({ label }) => label).join('、'));
});
