// `node scripts/counts.mjs FILE` prints "passed failed skipped" of one run: vitest's JSON report or the counts of a check.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
if ('numTotalTests' in report) {
  // A file that could not even be loaded holds no failed test, yet it failed.
  const unloaded = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: { status: string }[] }} */ file) =>
      file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report;
  console.log(numPassedTests, numFailedTests + unloaded, numPendingTests + numTodoTests);
} else {
  console.log(report.passed, report.failed, report.skipped);
}
