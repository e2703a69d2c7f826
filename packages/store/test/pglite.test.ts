import { openStore } from '@gov/store';
import { vi } from 'vitest';
import { storeContract } from './contract/index.js';

// A new embedded database takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

storeContract('PGlite', () => openStore('pglite:memory://'));
