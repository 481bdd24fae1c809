// Speed, sizes and memory, as ratios where there is something to compare with. All measured in one run:
//   npm run bench [-- --folder FOLDER-OF-DOCKERFILES]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { globSync } from 'tinyglobby';
import { complete } from '../core/assist/complete';
import { completeCompose } from '../core/assist/completion/compose';
import { completeDevcontainer } from '../core/assist/completion/devcontainer';
import { completeRequirements } from '../core/assist/completion/requirements';
import { describeAt } from '../core/assist/hover';
import { describeRequirementAt } from '../core/assist/hover/requirement';
import { listInlayHints } from '../core/assist/inlay-hints';
import { analyseDockerfile } from '../core/engine/analyse';
import { fileKind } from '../core/file-kind';
import { measureKeys, measureReadings } from './bench-keys';
import { createDockerfile } from './bench-texts';
import { ServerProcess } from './server-process';

/** The workbench suite leaves here how long the extension took to activate. */
const ACTIVATION_FILE = '.cache/workbench/activation.json';
const BUNDLES = ['client', 'language', 'features', 'server', 'trtc'];

const { values } = parseArgs({ args: process.argv.slice(2).filter((argument) => argument !== '--'), options: { folder: { type: 'string' } } });

compareAnalysis();
measureAssistance();
measureReadings([300, 3000]);
if (values.folder !== undefined) measureFolder(values.folder);
execFileSync(process.execPath, ['src/dev/build.mjs', '--minify']);
printSizes();
measureStart();
void measureServer()
  .then(measureKeystrokes)
  .then(() => measureKeys([300, 3000]))
  .then(printActivation);

/** Full analysis beside dockerfile-utils and dockerfile-ast on the same text, turn by turn. */
function compareAnalysis(): void {
  const rows = [30, 200, 3000].map((lines) => {
    const text = createDockerfile(lines);
    const [ours, validation, parse] = measureInTurns(
      [() => analyseDockerfile(text, 'Dockerfile'), () => validate(text), () => DockerfileParser.parse(text)],
      lines > 1000 ? 3 : Math.ceil(3000 / lines),
    );
    return {
      lines: text.split('\n').length - 1,
      'analysis ms': round(ours),
      'dockerfile-utils ms': round(validation),
      'dockerfile-ast ms': round(parse),
      'analysis / dockerfile-utils': round(ours / validation),
      'analysis / dockerfile-ast': round(ours / parse),
    };
  });
  console.table(rows);
}

/** What a person waits for while typing in files of 300 lines: in Dockerfiles the stack of the new text, then the answer; in others the answer alone. */
function measureAssistance(): void {
  const text = `${createDockerfile(300)}RUN apt-get install -y libnvinfer8=\nFROM nvidia/cuda:12`;
  const { stack } = analyseDockerfile(text, 'Dockerfile');
  if (stack === undefined) throw new Error('The text for the benchmark is no Dockerfile');
  const pin = text.lastIndexOf('=') + 1;
  const service = (name: string): string => `  ${name}:\n    image: nvidia/cuda:12.4.1-runtime-ubuntu22.04\n    environment:\n      - A=1\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - capabilities: [gpu]\n`;
  const compose = `services:\n${Array.from({ length: 33 }, (_, i) => service(`s${i}`)).join('')}  last:\n    gp`;
  const requirements = `--extra-index-url https://download.pytorch.org/whl/cu118\n${Array.from({ length: 298 }, (_, i) => `package-${i}==1.${i}.0\n`).join('')}torch==`;
  const devcontainer = `{\n${Array.from({ length: 297 }, (_, i) => `  "key${i}": "value",\n`).join('')}  "runArgs": ["--g`;
  const time = (run: () => unknown): number => median(Array.from({ length: 30 }, () => timeOf(run)));
  console.table({
    'stack of 300 lines': { ms: round(time(() => analyseDockerfile(text, 'Dockerfile', { rules: [] }))) },
    'completion of a tag': { ms: round(time(() => complete(stack, text.length))) },
    'completion of a pin': { ms: round(time(() => complete(stack, pin))) },
    'completion in a Compose file': { ms: round(time(() => completeCompose(compose, compose.length))) },
    'completion in devcontainer.json': { ms: round(time(() => completeDevcontainer(devcontainer, devcontainer.length))) },
    'completion in a requirements file': { ms: round(time(() => completeRequirements(requirements, requirements.length))) },
    'hover on an image': { ms: round(time(() => describeAt(stack, text.length - 3))) },
    'hover in a requirements file': { ms: round(time(() => describeRequirementAt(requirements, 80))) },
    'inlay hints of the file': { ms: round(time(() => listInlayHints(stack))) },
  });
}

function timeOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** Medians in milliseconds of one call of each function: in every round each has its turn, `calls` times. */
function measureInTurns(functions: readonly (() => unknown)[], calls: number): [number, number, number] {
  const times = functions.map((): number[] => []);
  for (let round = 0; round < 25; round++) {
    functions.forEach((run, i) => {
      const start = performance.now();
      for (let call = 0; call < calls; call++) run();
      times[i]?.push((performance.now() - start) / calls);
    });
  }
  return times.map((list) => median(list.slice(5))) as [number, number, number];
}

/** Files a second over real files, all read before the clock starts. */
function measureFolder(folder: string): void {
  const files = globSync('**/*', { cwd: folder, dot: true }).filter((file) => fileKind(file) === 'dockerfile');
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const run = (analyse: (text: string) => unknown): number => {
    const start = performance.now();
    for (const text of texts) analyse(text);
    return (texts.length / (performance.now() - start)) * 1000;
  };
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < 5; i++) {
    ours.push(run((text) => analyseDockerfile(text, 'Dockerfile')));
    theirs.push(run((text) => validate(text)));
  }
  console.log(`${texts.length} files of ${folder}: ${median(ours).toFixed(0)} files/s; dockerfile-utils ${median(theirs).toFixed(0)} files/s; ratio ${round(median(ours) / median(theirs))}`);
}

/** A keystroke and the list of completion behind it, and a hover, in a file of 300 lines, through the language server; the document is sent whole each time. */
async function measureKeystrokes(): Promise<void> {
  const text = `${createDockerfile(300)}FROM nvidia/cuda:12`;
  const uri = 'file:///bench/keys/Dockerfile';
  const server = await ServerProcess.start('dist/server.js');
  await server.open(uri, text);
  const completions: number[] = [];
  const hovers: number[] = [];
  for (let version = 2; version < 42; version++) {
    completions.push(await server.completeAtEnd(uri, version, version % 2 === 0 ? `${text}.` : text));
    // The first hover of a text brings its analysis about, as diagnostics do by themselves while a person rests.
    await server.hoverAt(uri, 0, 8);
    hovers.push(await server.hoverAt(uri, 0, 8));
  }
  await server.stop();
  console.log(`a keystroke in 300 lines to its completion, through the server: ${round(median(completions.slice(10)))} ms; a hover: ${round(median(hovers.slice(10)))} ms`);
}

function printSizes(): void {
  console.table(Object.fromEntries(BUNDLES.map((name) => [`dist/${name}.js`, { KB: Math.round(statSync(`dist/${name}.js`).size / 1024) }])));
}

/** From the start of the process to its end, beside a Node that does nothing. */
function measureStart(): void {
  const time = (...argv: string[]): number => {
    const start = performance.now();
    spawnSync(process.execPath, argv, { input: createDockerfile(30) });
    return performance.now() - start;
  };
  const commands = { 'node -e 0': ['-e', '0'], 'trtc --version': ['dist/trtc.js', '--version'], 'trtc lint -': ['dist/trtc.js', 'lint', '-'] };
  const times = Object.entries(commands).map(([name, argv]) => [name, Array.from({ length: 9 }, () => time(...argv))] as const);
  console.table(Object.fromEntries(times.map(([name, list]) => [name, { ms: Math.round(median(list)) }])));
}

/** Server start to first diagnostic, and resident memory with one and with 200 files open. */
async function measureServer(): Promise<void> {
  const starts: number[] = [];
  let memory = { one: 0, many: 0 };
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    const server = await ServerProcess.start('dist/server.js');
    await server.open('file:///bench/0/Dockerfile', createDockerfile(30));
    starts.push(performance.now() - start);
    if (i === 0) {
      const one = server.residentBytes();
      for (let file = 1; file < 200; file++) await server.open(`file:///bench/${file}/Dockerfile`, createDockerfile(200));
      memory = { one, many: server.residentBytes() };
    }
    await server.stop();
  }
  console.log(`server start to first diagnostic: ${Math.round(median(starts))} ms`);
  console.log(`server memory: ${megabytes(memory.one)} MB with one file open, ${megabytes(memory.many)} MB with 200`);
}

function printActivation(): void {
  if (!existsSync(ACTIVATION_FILE)) {
    console.log('activation time: not measured yet; `npm run test:workbench` does');
    return;
  }
  const { activationMs } = JSON.parse(readFileSync(ACTIVATION_FILE, 'utf8')) as { readonly activationMs: number };
  console.log(`extension activation: ${Math.round(activationMs)} ms (last run of the workbench suite)`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function round(number: number): number {
  return Number(number.toPrecision(3));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
