// A program in a file, of its own process: opens the embedded database of its argument, and closes it.
import { openStore } from '@gov/store';

await (await openStore(process.argv[2])).close();
