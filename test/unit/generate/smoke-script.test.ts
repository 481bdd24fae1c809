// The script that tests a new container, run with stand-ins for nvidia-smi, Python and nvcc.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REQUIRE_GPU, writeSmokeScript } from '../../../src/generate/smoke-script';

/** `nvcc -o PROGRAM SOURCE`: the program runs. */
const NVCC = 'printf "#!/bin/sh\\necho runs\\n" >"$2"; /bin/chmod +x "$2"';
let folder = '';
let programs = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'trtc-smoke-script-'));
  programs = mkdtempSync(path.join(folder, 'bin-'));
  for (const name of ['sh', 'grep', 'tail', 'sed', 'rm', 'mktemp', 'cat']) symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), path.join(programs, name));
  writeFileSync(path.join(folder, 'smoke-test.sh'), writeSmokeScript());
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program there: a script of POSIX shell. */
function add(name: string, lines: string): void {
  writeFileSync(path.join(programs, name), `#!/bin/sh\n${lines}\n`);
  chmodSync(path.join(programs, name), 0o755);
}

/** A Python that has these modules; what it is made to run ends with their status. */
function addPython(modules: Readonly<Record<string, number>>): void {
  const cases = Object.entries(modules).map(([name, status]) => `  *"find_spec('${name}')"*) exit 0 ;;\n  "import ${name}"*) echo "${name} speaks"; exit ${status} ;;`);
  add('python3', `case $2 in\n${cases.join('\n')}\n  *) exit 1 ;;\nesac`);
}

function run(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [path.join(folder, 'smoke-test.sh'), ...args], { cwd: folder, env: { PATH: programs, TMPDIR: folder }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('without a GPU it ends well, unless one is required', () => {
  expect(run()).toEqual({ status: 0, stdout: 'nvidia-smi shows no GPU here: nothing more is tested.\n', stderr: '' });
  expect(run(REQUIRE_GPU)).toMatchObject({ status: 1, stdout: expect.stringContaining('failed  nvidia-smi shows no GPU: ') as string });
  add('nvidia-smi', 'echo "No devices were found"');
  expect(run(REQUIRE_GPU)).toMatchObject({ status: 1, stdout: 'failed  nvidia-smi shows no GPU: No devices were found\n' });
});

test('what is there is tested, and nothing else', () => {
  add('nvidia-smi', 'echo "GPU 0: Tesla T4 (UUID: GPU-1)"');
  // Before any that this machine has.
  add('nvcc', NVCC);
  expect(run(REQUIRE_GPU)).toEqual({ status: 0, stdout: 'GPU 0: Tesla T4 (UUID: GPU-1)\nok      nvcc runs\n', stderr: '' });
  addPython({ tensorrt: 0, tensorflow: 0 });
  expect(run().stdout).toBe('GPU 0: Tesla T4 (UUID: GPU-1)\nok      TensorRT tensorrt speaks\nok      TensorFlow tensorflow speaks\nok      nvcc runs\n');
});

test('what fails is shown, the rest is tested, and the status tells', () => {
  add('nvidia-smi', 'echo "GPU 0: Tesla T4 (UUID: GPU-1)"');
  addPython({ tensorrt: 3, torch: 0 });
  add('nvcc', 'cat "$3" >/dev/null; printf "#!/bin/sh\\necho no kernel image; exit 1\\n" >"$2"; /bin/chmod +x "$2"');
  const { status, stdout } = run();
  expect(status).toBe(1);
  expect(stdout).toBe('GPU 0: Tesla T4 (UUID: GPU-1)\nfailed  TensorRT\n        tensorrt speaks\nok      PyTorch torch speaks\nfailed  nvcc\n        no kernel image\n');
});

test('nothing is left behind', () => {
  add('nvidia-smi', 'echo "GPU 0: Tesla T4 (UUID: GPU-1)"');
  add('nvcc', NVCC);
  const before = readdirSync(folder);
  expect(run()).toMatchObject({ status: 0, stdout: expect.stringContaining('ok      nvcc runs') as string });
  expect(readdirSync(folder)).toEqual(before);
});
