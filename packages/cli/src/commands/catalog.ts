/** `gov catalog`: data catalogues of departments (政务数据目录). */
import type { Command } from '../command.js';
import { catalogDiff } from './catalog-diff.js';
import { catalogFreeze, catalogVerify } from './catalog-edition.js';
import { catalogExport } from './catalog-export.js';
import { catalogGraph } from './catalog-graph.js';
import { catalogImport } from './catalog-import.js';
import { catalogLists } from './catalog-lists.js';
import { catalogMerge } from './catalog-merge.js';
import { catalogScore } from './catalog-score.js';
import { catalogValidate } from './catalog-validate.js';

export const CATALOG_COMMANDS: readonly Command[] = [
  catalogImport,
  catalogValidate,
  catalogScore,
  catalogExport,
  catalogDiff,
  catalogLists,
  catalogGraph,
  catalogFreeze,
  catalogVerify,
  catalogMerge,
];
