// What is asked of the server while somebody types, beside the same in plain text: the middle and the worst.
import { complete, partToComplete } from '../core/assist/complete';
import { analyseDockerfile, readPartInSteps } from '../core/engine/analyse';
import { Memory } from '../core/engine/memory';
import { runToEnd } from '../core/steps';
import { createDockerfile } from './bench-texts';
import { ServerProcess } from './server-process';

/** Typed in the middle of the file. */
const TYPED = 'RUN apt-get install -y libnvinfer10=10.3.0.26-1+cuda12.5 && pip install torch==2.4.0\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64\n';
/** Pauses between the keys of somebody quick, in milliseconds; now and then he reads what he wrote. */
const PAUSES_MS = [70, 110, 150, 90, 600];

/** Types in Dockerfiles of some lengths and in plain text, one after the other in one server; prints quantiles of the time from a key to its list. */
export async function measureKeys(lengths: readonly number[]): Promise<void> {
  const rows: Record<string, object> = {};
  for (const lines of lengths) {
    for (const language of ['plaintext', 'dockerfile']) {
      const server = await ServerProcess.start('dist/server.js');
      const { answeredMs, keys } = await type(server, `file:///bench/${language}/Dockerfile`, language, createDockerfile(lines));
      await server.stop();
      rows[`${lines} lines, ${language}`] = { keys, answered: answeredMs.length, 'p50 ms': quantile(answeredMs, 0.5), 'p99 ms': quantile(answeredMs, 0.99), 'longest ms': quantile(answeredMs, 1) };
    }
  }
  console.log('from a key to its list of completion, where no later key called it off:');
  console.table(rows);
}

/** What the reading behind one key takes of the processor, beside one from scratch: up to the list of completion, and then to the end. Quantiles in milliseconds. */
export function measureReadings(lengths: readonly number[]): void {
  const rows: Record<string, object> = {};
  for (const lines of lengths) {
    const text = createDockerfile(lines);
    const parts = { list: [] as number[], 'rest of the stack': [] as number[], 'from scratch': [] as number[] };
    const measure = (part: keyof typeof parts, run: () => unknown): void => {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      parts[part].push((user + system) / 1000);
    };
    const memory = new Memory();
    const start = findPlace(text);
    for (let typed = 0; typed <= TYPED.length; typed++) {
      const [changed, offset] = [text.slice(0, start) + TYPED.slice(0, typed) + text.slice(start), start + typed];
      measure('list', () => {
        const stack = runToEnd(readPartInSteps(changed, 'Dockerfile', { memory }, (dockerfile) => partToComplete(dockerfile, offset)));
        return stack && complete(stack, offset);
      });
      measure('rest of the stack', () => analyseDockerfile(changed, 'Dockerfile', { memory, rules: [] }));
      measure('from scratch', () => analyseDockerfile(changed, 'Dockerfile', { rules: [] }));
    }
    // The first ones meet code that was not run yet.
    for (const [part, all] of Object.entries(parts)) rows[`${lines} lines, ${part}`] = { 'p50 ms': quantile(all.slice(20), 0.5), 'p90 ms': quantile(all.slice(20), 0.9) };
  }
  console.log('processor time of the reading behind one key in the middle of a file:');
  console.table(rows);
}

/** Where a line begins in the middle of a text, of an instruction of its own. */
function findPlace(text: string): number {
  const half = Math.floor(text.length / 2);
  return half + text.slice(half).search(/^(?:ENV|COPY|WORKDIR|ARG)/m);
}

/** Asks at each key what an editor asks, and calls off what the key before it asked. */
async function type(server: ServerProcess, uri: string, language: string, text: string): Promise<{ readonly answeredMs: readonly number[]; readonly keys: number }> {
  await server.open(uri, text, language);
  const lines = text.split('\n');
  let line = Math.floor(lines.length / 2);
  while (!/^(?:ENV|COPY|WORKDIR|ARG)/.test(lines[line] ?? '')) line++;
  let character = 0;
  const answeredMs: number[] = [];
  const all: Promise<unknown>[] = [];
  let callOff: () => void = () => undefined;
  for (const [i, key] of [...TYPED].entries()) {
    callOff();
    const change = { range: { start: { line, character }, end: { line, character } }, text: key };
    if (key === '\n') [line, character] = [line + 1, 0];
    else character++;
    const asked = server.type(uri, i + 2, change, { line, character });
    callOff = asked.callOff;
    all.push(asked.completionMs.then((ms) => ms !== undefined && answeredMs.push(ms)));
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[i % PAUSES_MS.length]));
  }
  await Promise.all(all);
  return { answeredMs, keys: TYPED.length };
}

function quantile(numbers: readonly number[], part: number): number {
  return Math.round(10 * (numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))] ?? Number.NaN)) / 10;
}
