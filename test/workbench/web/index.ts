// What the web worker extension host starts: the suites that also run on machines and need none, and those of the web alone.
import { runMocha } from '../run-mocha';

/** Runs the suites; numbers go to the log, in a line of their own that the launcher reads. Rejects when a test fails. */
export async function run(): Promise<void> {
  const results = await runMocha(process.env['TRTC_LANGUAGE'] === undefined ? load : () => import('./language.test'), { grep: process.env['TRTC_GREP'], retries: 2 });
  console.log(`│RESULTS ${JSON.stringify(results)}`);
  if (results.failed > 0) throw new Error(`${results.failed} failed`);
}

async function load(): Promise<void> {
  await import('./web.test');
  await import('../diagnose.test');
  await import('../fix.test');
  await import('../settings.test');
}
