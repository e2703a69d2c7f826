// `node --import` of this lets a child process run our packages from source.
import { register } from 'node:module';
import { register as registerTsx } from 'tsx/esm/api';

registerTsx();
register('../../../scripts/from-source-hooks.mjs', import.meta.url);
