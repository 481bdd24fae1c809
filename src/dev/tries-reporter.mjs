/** A reporter of vitest that tells which tests passed only when they were tried again: such a test must be seen. */
export default class TriesReporter {
  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky === true) console.log(`Another try of ${test.fullName}: ${test.result().errors?.[0]?.message ?? 'no message'}`);
  }
}
