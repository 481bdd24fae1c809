// Holds the engine against collected cases, or counts what it says of a folder of real files. For use by hand:
//   node src/dev/build.mjs --run src/dev/cases.ts -- FOLDER-OF-CASES [--family NAME]
//   node src/dev/build.mjs --run src/dev/cases.ts -- --folder FOLDER [--kind dockerfile|compose|devcontainer|bake] [--all]
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { globSync } from 'tinyglobby';
import { createDiskContext } from '../cli/disk-context';
import { analyse, type AnalysisOptions } from '../core/engine/analyse';
import { compareSeverity } from '../core/engine/settings';
import { fileKind } from '../core/file-kind';
import type { Finding } from '../core/rules/model';
import { LineIndex } from '../core/text/line-index';

/** A file of cases is a list of these. */
interface Case {
  readonly id: string;
  readonly kind: string;
  readonly file: string;
  readonly content: string;
  /** Where a finding belongs, from 1. */
  readonly line: number;
  readonly why: string;
  readonly family?: string;
  readonly alsoKinds?: readonly string[];
  readonly optional?: boolean;
}

/** Which rules may find a case of a kind, by the beginning of their ids. */
const RULES_BY_KIND: Readonly<Record<string, readonly string[]>> = {
  'alpine-glibc': ['libc-mismatch', 'image-platform-mismatch'],
  'apt-cudnn-skew': ['cudnn-package-skew', 'cudnn-cuda-mismatch'],
  'apt-cudnn-unpinned': ['cudnn-unpinned'],
  'apt-held-packages': ['apt-held-package'],
  'apt-nccl-not-in-repo': ['nccl-', 'cudnn-version-unavailable'],
  'apt-tensorrt-cuda-suffix': ['tensorrt-version-unavailable', 'tensorrt-cuda-mismatch'],
  'apt-tensorrt-skew': ['tensorrt-package-skew', 'tensorrt-apt-partially-pinned'],
  'apt-tensorrt-unpinned': ['tensorrt-apt-unpinned', 'tensorrt-apt-partially-pinned'],
  'apt-update-missing': ['apt-'],
  'arg-scope': ['arg-out-of-scope'],
  'compose-capabilities-incomplete': ['compose-driver-capabilities', 'compose-capabilities-missing'],
  'compose-cuda-visible-devices': ['compose-cuda-visible-devices'],
  'compose-device-id-interpolation': ['compose-variable-unmarked'],
  'compose-devices-under-limits': ['compose-devices-misplaced'],
  'compose-gpu-count-missing': ['compose-count-invalid'],
  'compose-gpu-count-type': ['compose-count-invalid'],
  'compose-gpu-mandatory': [],
  'compose-image-tag-nonexistent': ['image-', 'compose-image-'],
  'compose-no-gpu-reservation': ['compose-gpu-not-reserved'],
  'compose-runtime-key-version': ['compose-schema-too-old', 'compose-runtime-'],
  'compose-schema-too-old': ['compose-schema-too-old'],
  'cuda-arch-autodetect': ['cuda-arch-', 'build-needs-gpu'],
  'cuda-arch-incomplete': ['cuda-arch-'],
  'cuda-arch-native': ['cuda-arch-', 'build-needs-gpu'],
  'cuda-arch-removed': ['cuda-arch-unsupported'],
  'cuda-arch-unsupported': ['cuda-arch-unsupported'],
  'cuda-metapackage-driver': ['cuda-driver-installed'],
  'cudnn-minor-mismatch': ['cudnn-', 'framework-cudnn-', 'tensorflow-', 'image-lacks-cudnn'],
  'devcontainer-display-env': ['devcontainer-x11-'],
  'devcontainer-feature-cudnn-version': ['devcontainer-cuda-feature'],
  'devcontainer-gpu-optional-compose': ['devcontainer-compose-gpu'],
  'devcontainer-gpus-mandatory': ['devcontainer-host-requirements'],
  'devcontainer-no-gpus': ['devcontainer-gpu-missing'],
  'distro-cuda-toolkit': ['apt-distro-cuda'],
  'driver-capabilities-lost-in-stage': ['env-lost-between-stages', 'env-driver-capabilities'],
  'driver-capabilities-missing': ['env-driver-capabilities', 'compose-driver-capabilities'],
  'driver-in-image': ['cuda-driver-'],
  'driver-in-image-script': ['cuda-driver-'],
  'driver-too-old': ['cuda-driver-too-old'],
  'engine-version-mismatch': ['tensorrt-engine-'],
  'flavor-no-nvcc': ['image-lacks-compiler'],
  'flavor-no-nvcc-jit': ['image-lacks-compiler'],
  'framework-cuda-mismatch': ['tensorflow-', 'onnxruntime-', 'torch-', 'framework-'],
  'gpg-key-rotated': ['image-key-rotated', 'cuda-repository-key-obsolete'],
  'gpu-arch-too-new': ['torch-arch-', 'cuda-gpu-unsupported'],
  'gpu-at-build': ['build-needs-gpu', 'cuda-arch-autodetect'],
  'gpus-device-quoting': ['devcontainer-run-arg-joined'],
  'image-tag-nonexistent': ['image-tag-'],
  'jetson-on-x86': ['image-platform-mismatch'],
  'l4t-version-mismatch': ['image-platform-mismatch', 'image-'],
  'ld-library-path-clobbered': ['env-library-path-'],
  'ngc-preinstalled-overridden': ['image-ngc-preinstalled-', 'tensorrt-installed-twice', 'torch-', 'framework-'],
  'ngc-tag-nonexistent': ['image-ngc-', 'image-tag-'],
  'no-cudnn-in-base': ['image-lacks-cudnn'],
  'no-tensorrt-in-base': ['tensorrt-', 'image-lacks-', 'onnxruntime-tensorrt-', 'tensorflow-tensorrt-'],
  'nvidia-ml-repo-gone': ['cuda-repository-', 'image-key-rotated', 'tensorrt-version-unavailable'],
  'pip-index-gone': ['tensorrt-pip-', 'wheel-index-'],
  'pip-python-mismatch': ['framework-python-', 'tensorrt-python-'],
  'pip-tensorrt-python': ['tensorrt-python-mismatch', 'tensorrt-pip-'],
  'pip-tensorrt-unpinned': ['tensorrt-pip-'],
  'python-version-mismatch': ['framework-python-', 'tensorrt-python-'],
  'stage-version-mismatch': ['tensorrt-', 'cudnn-', 'cuda-', 'image-'],
  'stubs-in-runtime-path': ['cuda-driver-library-copied'],
  'tensorrt-major-mismatch': ['tensorrt-', 'tensorflow-tensorrt-', 'deepstream-'],
  'torch-cuda-mismatch': ['torch-cuda-mismatch'],
  'torch-cuda-mismatch-compile': ['torch-cuda-mismatch'],
  'x86-on-jetson': ['image-platform-mismatch', 'cuda-repository-mismatch'],
};

const { values, positionals } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { folder: { type: 'string' }, family: { type: 'string' }, kind: { type: 'string', default: 'dockerfile' }, all: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [target] = positionals;
if (values.folder !== undefined) countFolder(values.folder);
else if (target !== undefined) judgeCases(target);
else console.error('Give a folder of cases, or --folder FOLDER.');

function judgeCases(folder: string): void {
  judgeBad(readCases(path.join(folder, 'bad.json')));
  judgeGood(readCases(path.join(folder, 'good.json')));
}

function readCases(file: string): readonly Case[] {
  const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[];
  return cases.filter(({ family }) => values.family === undefined || family === undefined || family === values.family);
}

/** A case is found when a rule of its kind speaks on its line. */
function judgeBad(cases: readonly Case[]): void {
  const families = new Map<string, { cases: number; found: number }>();
  for (const each of cases) {
    const row = families.get(each.family ?? '') ?? { cases: 0, found: 0 };
    families.set(each.family ?? '', row);
    row.cases++;
    const findings = findAll(each.content, each.file);
    if (findings.some((finding) => lineOf(each.content, finding) === each.line && speaksOf(finding, each.kind))) row.found++;
    else {
      console.log(`missed  ${each.kind}  ${each.id}:${each.line}${each.optional === true ? ' (optional)' : ''}  ${each.why}`);
      for (const finding of findings) console.log(`          but ${describe(each.content, finding)}`);
    }
    for (const finding of findings) {
      if (compareSeverity(finding.severity, 'warning') < 0) continue;
      if (![each.kind, ...(each.alsoKinds ?? [])].some((kind) => speaksOf(finding, kind))) console.log(`besides ${each.kind}  ${each.id}  ${describe(each.content, finding)}`);
    }
  }
  console.table(Object.fromEntries(families));
}

function judgeGood(cases: readonly Case[]): void {
  let alarms = 0;
  for (const { id, content, file, kind } of cases) {
    for (const finding of findAll(content, file).filter(({ severity }) => compareSeverity(severity, 'warning') >= 0)) {
      alarms++;
      console.log(`false alarm  ${kind}  ${id}  ${describe(content, finding)}`);
    }
  }
  console.log(`${cases.length} good cases, ${alarms} false alarms`);
}

function speaksOf({ rule, severity }: Finding, kind: string): boolean {
  return severity !== 'hint' && (RULES_BY_KIND[kind] ?? []).some((prefix) => rule.startsWith(prefix));
}

/** Findings per rule and severity over all files of a kind in a folder, and each error; with `--all` each finding. */
function countFolder(folder: string): void {
  const rows = new Map<string, Partial<Record<Finding['severity'], number>>>();
  const files = globSync('**/*', { cwd: folder, dot: true }).filter((file) => fileKind(file) === values.kind).sort();
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const context = values.kind === 'dockerfile' ? undefined : createDiskContext([path.join(folder, file.split('/')[0] ?? '')]);
    for (const finding of findAll(text, file, { context, folder: path.dirname(file).split('/').slice(1).join('/') })) {
      const row = rows.get(finding.rule) ?? {};
      rows.set(finding.rule, row);
      row[finding.severity] = (row[finding.severity] ?? 0) + 1;
      if (values.all || finding.severity === 'error') console.log(`${file}:${describe(text, finding)}`);
    }
  }
  console.table(Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1))));
  console.log(`${files.length} files`);
}

function findAll(text: string, file: string, options: AnalysisOptions = {}): readonly Finding[] {
  const onRuleError = (rule: string, error: unknown): void => console.error(`${rule} threw on ${file}:`, error);
  return analyse(text, file, { ...options, onRuleError }).findings;
}

function lineOf(text: string, { location }: Finding): number {
  return new LineIndex(text).positionAt(location.range.start).line + 1;
}

function describe(text: string, finding: Finding): string {
  return `${lineOf(text, finding)}: ${finding.severity} ${finding.rule}: ${finding.message}`;
}
