// `node scripts/counts.mjs FILE` prints "passed failed skipped" of one run: vitest's JSON report or the counts of a check; on
// standard error, what failed.
import { readFileSync } from 'node:fs';

/** @typedef {{ status: string, fullName: string, failureMessages: string[] }} Test */
/** @typedef {{ name: string, status: string, message: string, assertionResults: Test[] }} File */

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
if ('numTotalTests' in report) {
  /** @type {File[]} */
  const files = report.testResults.filter((/** @type {File} */ { status }) => status === 'failed');
  const failedIn = (/** @type {File} */ file) => file.assertionResults.filter(({ status }) => status === 'failed');
  // A file that could not even be loaded holds no failed test, yet it failed.
  const unloaded = files.filter((file) => failedIn(file).length === 0);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report;
  console.log(numPassedTests, numFailedTests + unloaded.length, numPendingTests + numTodoTests);
  for (const { name, message } of unloaded) tell(name, message);
  for (const file of files)
    for (const { fullName, failureMessages } of failedIn(file))
      tell(`${file.name}: ${fullName}`, failureMessages.join('\n'));
} else {
  console.log(report.passed, report.failed, report.skipped);
  for (const { name, text } of report.failures) tell(`check: ${name}`, text);
}

/** @param {string} title @param {string} text */
function tell(title, text) {
  console.error(`${title}\n${text.slice(0, 1500).replace(/^/gm, '    ')}`);
}
