import { memoryStore } from '@gov/store/memory';
import { storeContract } from './contract/index.js';

storeContract('memory', async () => memoryStore());
