// `npm test`: sets up all that the tests need, runs every check, and ends with the sum of all tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setUpEngine, whyNoEngine } from './engine/engine.mjs';
import { cache, root, setUpNodeModules } from './set-up.mjs';
import { setUpCodeServer } from './workbench/set-up.mjs';

const results = path.join(cache, 'results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const vitestResults = path.join(results, 'vitest.json');
const dockerResults = path.join(results, 'docker.json');
const workbenchResults = path.join(results, 'workbench.json');

/** Each step with the file to which it writes its numbers; one without counts as a single test when it fails. */
const STEPS = [
  { name: 'typecheck', command: ['tsc', '-b'] },
  { name: 'eslint', command: ['eslint', '.'] },
  { name: 'knip', command: ['knip'] },
  { name: 'generated files', command: ['node', 'src/dev/build.mjs', '--run', 'src/dev/generate.ts', '--check'] },
  { name: 'strings', command: ['node', 'src/dev/l10n.mjs', '--check'] },
  { name: 'unit tests', command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestResults}`], results: vitestResults },
  {
    name: 'Docker',
    command: ['vitest', 'run', '--config', 'vitest.docker.config.mts', '--reporter=default', '--reporter=json', `--outputFile.json=${dockerResults}`],
    results: dockerResults,
    whyNot: whyNoTestEngine,
  },
  { name: 'package', command: ['node', 'src/dev/package.mjs'] },
  {
    name: 'VS Code',
    command: ['node', 'src/dev/workbench/run-suite.mjs', '--vsix', 'tensorrt-containers.vsix', '--results', workbenchResults],
    results: workbenchResults,
  },
];

setUpNodeModules();
setUpCodeServer();

let passed = 0;
let failed = 0;
const failures = [];
for (const step of STEPS) {
  console.log(`\n== ${step.name}`);
  const start = Date.now();
  const reason = step.whyNot?.() ?? null;
  if (reason !== null) {
    console.log(`== ${step.name}: left out: ${reason}`);
    if (process.env.CI) {
      failed++;
      failures.push(step.name);
    }
    continue;
  }
  const [command, ...args] = step.command;
  const { status } = spawnSync(command, args, { stdio: 'inherit', cwd: root });
  const counts = step.results === undefined ? { passed: 0, failed: 0 } : readCounts(step.results);
  passed += counts.passed;
  failed += counts.failed;
  if (status !== 0) {
    if (counts.failed === 0) failed++;
    failures.push(step.name);
  }
  console.log(`== ${step.name}: ${status === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

if (failures.length > 0) console.log(`\nFailed: ${failures.join(', ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Numbers of vitest's JSON reporter, or of our own in the workbench. A skipped test is a failure here: all parts are set up. */
function readCounts(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = json.numPendingTests ?? json.skipped;
  return { passed: json.numPassedTests ?? json.passed, failed: (json.numFailedTests ?? json.failed) + skipped };
}

/** Why the tests of Docker cannot run here, or null. What a person lacks CI has to have. */
function whyNoTestEngine() {
  try {
    setUpEngine();
  } catch (error) {
    return error.message;
  }
  return whyNoEngine();
}
