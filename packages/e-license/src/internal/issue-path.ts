import type { Issue } from '@gov/verdict';

/** The same issues, of what lies at a path. */
export const under = (path: Issue['path'], issues: readonly Issue[]): Issue[] =>
  issues.map((found) => ({ ...found, path: [...path, ...found.path] }));
