/** Vitest's set-up of each file: an embedded database is opened for a moment, and most of that went into optimising its 9 MB. */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--wasm-tiering-budget=200000000');
