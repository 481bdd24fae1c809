// What is asked of the server while somebody types, beside the same in plain text: the middle and the worst.
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
