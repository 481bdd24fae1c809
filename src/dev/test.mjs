// `npm test`: sets up all that the tests need, runs every check, and ends with the sum of all tests.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setUpEngine, whyNoEngine } from './engine/engine.mjs';
import { cache, root, setUpDebianPackages, setUpNodeModules } from './set-up.mjs';
import { setUpCodeServer } from './workbench/set-up.mjs';

const results = path.join(cache, 'results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const vitestResults = path.join(results, 'vitest.json');
const dockerResults = path.join(results, 'docker.json');
const tries = './src/dev/tries-reporter.mjs';
const workbenchResults = path.join(results, 'workbench.json');

/** What unit tests run: a shell besides dash and bash, and git, which applies what we print. */
const DEBIAN_PACKAGES = ['busybox-static', 'git'];

/** Each step with the file to which it writes its numbers; one without counts as a single test when it fails. */
const STEPS = [
  { name: 'typecheck', command: ['tsc', '-b'] },
  { name: 'eslint', command: ['eslint', '.'] },
  { name: 'knip', command: ['knip'] },
  { name: 'generated files', command: ['node', 'src/dev/build.mjs', '--run', 'src/dev/generate.ts', '--check'] },
  { name: 'strings', command: ['node', 'src/dev/l10n.mjs', '--check'] },
  { name: 'unit tests', command: ['vitest', 'run', '--reporter=default', `--reporter=${tries}`, '--reporter=json', `--outputFile.json=${vitestResults}`], results: vitestResults },
  {
    name: 'Docker',
    command: ['vitest', 'run', '--config', 'vitest.docker.config.mts', '--reporter=default', `--reporter=${tries}`, '--reporter=json', `--outputFile.json=${dockerResults}`],
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
setUpDebianPackages(DEBIAN_PACKAGES);
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
// Said again at the end, where nobody has to look for it.
for (const file of [vitestResults, dockerResults]) for (const { name, message } of readFailures(file)) console.log(`  ${name}: ${message}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** Numbers of vitest's JSON reporter, or of our own in the workbench. A skipped test is a failure here: all parts are set up. */
function readCounts(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = json.numPendingTests ?? json.skipped;
  return { passed: json.numPassedTests ?? json.passed, failed: (json.numFailedTests ?? json.failed) + skipped };
}

/** The names of the tests in a file of vitest's JSON reporter that failed, with the beginning of the reason. */
function readFailures(file) {
  if (!existsSync(file)) return [];
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed').map((test) => ({ name: test.fullName, message: (test.failureMessages[0] ?? '').slice(0, 600) }));
    return status === 'failed' && failed.length === 0 ? [{ name: path.relative(root, name), message: message.slice(0, 600) }] : failed;
  });
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
