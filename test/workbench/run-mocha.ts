import { format } from 'node:util';
import Mocha from 'mocha';

/** Numbers of a run, as the launcher adds them up. */
export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs the suites that `load` imports, in the extension host. */
export async function runMocha(load: () => Promise<unknown>, options: { readonly grep?: string | undefined; readonly retries?: number } = {}): Promise<Results> {
  const { grep = '', retries = 0 } = options;
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color: false, timeout: 60_000, slow: 5_000, retries, ...(grep !== '' && { grep }) });
  // The launcher tells the suite's lines from the workbench's by the mark.
  Mocha.reporters.Base.consoleLog = (...values: unknown[]) => format(...values).split('\n').forEach((line) => console.log(`│ ${line}`));
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await load();
  return new Promise((resolve) => {
    const runner = mocha.run((failed) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed, skipped: pending });
    });
    // A test that passes only now and then must be seen to do so.
    runner.on('retry', (test: Mocha.Test, error: Error) => console.log(`│ Another try of ${test.title}: ${error.message}`));
  });
}
