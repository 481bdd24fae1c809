import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse, registry, type AnalysisOptions } from '../../../src/core/engine/analyse';
import { exampleFile, readContext, readExampleTargets } from '../../../src/core/engine/example';
import { applyFix, overlayContext } from '../../../src/core/engine/fix';
import { parseMarks } from '../../../src/core/engine/marks';
import { formatText } from '../../../src/core/l10n/message';
import { analyseWithWholeFixes } from '../../../src/core/refactor/whole-fixes';
import type { Finding } from '../../../src/core/rules/model';
import { SPLIT_CASES } from './split-stage-cases';

interface Sample {
  readonly name: string;
  readonly text: string;
  readonly file: string;
  readonly options: AnalysisOptions;
}

const REAL = JSON.parse(readFileSync('test/cases/real-dockerfiles.json', 'utf8')) as readonly { readonly repo: string; readonly path: string; readonly lines: readonly string[] }[];

const SAMPLES: readonly (readonly [string, readonly Sample[]])[] = [
  ...registry.rules.map((rule) => [rule.id, rule.examples.map((example) => toSample(rule, example))] as const),
  ['real Dockerfiles', REAL.map(({ repo, path, lines }) => ({ name: `${repo} ${path}`, text: `${lines.join('\n')}\n`, file: 'Dockerfile', options: {} }))],
  ['stages to be split', SPLIT_CASES.map(({ name, text }) => ({ name, text, file: 'Dockerfile', options: {} }))],
];

function toSample(rule: Parameters<typeof exampleFile>[0], example: (typeof registry.rules)[number]['examples'][number]): Sample {
  const { file, folder } = exampleFile(rule);
  return { name: example.title, text: parseMarks(example.text).text, file, options: { folder, context: readContext(example.context), targets: readExampleTargets(example) } };
}

function countRules(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule, severity, echoOf } of findings) if (severity !== 'hint' && echoOf === undefined) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return counts;
}

/** What is found after a fix and was not before, by rule. */
function listAdded({ text, file, options }: Sample, findings: readonly Finding[], files: ReadonlyMap<string, string>, fix: Finding['fixes'][number]): readonly string[] {
  const changed = applyFix(new Map([...files, [file, text]]), fix);
  if (changed === undefined) return ['its edits overlap'];
  const after = analyse(changed.get(file) ?? text, file, { ...options, context: options.context && overlayContext(options.context, changed) });
  const before = countRules(findings);
  return [...countRules(after.findings)].flatMap(([rule, count]) => (count > (before.get(rule) ?? 0) ? [rule] : []));
}

describe.each(SAMPLES)('%s', (_, samples) => {
  it('has no fix that brings up another finding', () => {
    const faults = samples.flatMap((sample) => {
      const { findings, files } = analyseWithWholeFixes(sample.text, sample.file, sample.options);
      return findings.flatMap((finding) =>
        finding.fixes.flatMap((fix) => {
          const added = listAdded(sample, findings, files, fix);
          return added.length === 0 ? [] : [`${sample.name}: ${finding.rule}: ${formatText(fix.title)} → ${added.join()}`];
        }),
      );
    });
    expect(faults).toEqual([]);
  });
});

it('takes few fixes away: those to an image that does not fit what the file installs', () => {
  const lost = new Set<string>();
  let kept = 0;
  for (const { text, file, options } of SAMPLES.flatMap(([, samples]) => samples)) {
    const whole = analyseWithWholeFixes(text, file, options).findings;
    analyse(text, file, options).findings.forEach(({ rule, fixes }, i) => {
      if ((whole[i]?.fixes.length ?? 0) < fixes.length) lost.add(rule);
      else kept += fixes.length;
    });
  }
  // cuda-toolkit-duplicated: in a file whose variables still name the other toolkit.
  expect([...lost].sort()).toEqual(['cuda-toolkit-duplicated', 'image-end-of-life', 'image-key-rotated', 'image-tag-removed']);
  expect(kept).toBeGreaterThan(400);
});

function titles(text: string, rule: string, file = 'Dockerfile'): readonly string[] {
  return analyseWithWholeFixes(text, file).findings.filter((finding) => finding.rule === rule).flatMap(({ fixes }) => fixes.map(({ title }) => formatText(title)));
}

it('changes what has to go along in the same edit', () => {
  const text = 'FROM nvidia/cuda:11.3.0-devel-ubuntu20.04 AS build\nRUN make\nFROM nvidia/cuda:11.3.0-runtime-ubuntu20.04\nCOPY --from=build /usr/local/cuda/lib64 /usr/local/cuda/lib64\n';
  for (const { rule, fixes } of analyseWithWholeFixes(text, 'Dockerfile').findings) {
    const [first] = rule === 'image-tag-removed' ? fixes : [];
    if (first === undefined) continue;
    const after = applyFix(new Map([['Dockerfile', text]]), first)?.get('Dockerfile') ?? '';
    expect(analyse(after, 'Dockerfile').findings.filter(({ severity }) => severity !== 'hint').map((finding) => finding.rule)).not.toContain('image-stage-version-skew');
  }
  expect(titles(text, 'image-tag-removed').length).toBeGreaterThan(0);
});

const GONE = 'FROM nvidia/cuda:10.1-cudnn7-devel-ubuntu18.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install ';

it('says what goes along', () => {
  expect(titles(`${GONE}tensorflow==2.1.0\n`, 'image-tag-removed')).toEqual(['Use nvidia/cuda:11.0.3-cudnn8-devel-ubuntu18.04; Install TensorFlow 2.4.0, built for CUDA 11.0']);
});

it('offers no image for which a framework has no build', () => {
  const text = `${GONE}mxnet-cu101mkl==1.6.0\n`;
  expect(analyse(text, 'Dockerfile').findings.find(({ rule }) => rule === 'image-tag-removed')?.fixes).toHaveLength(1);
  expect(titles(text, 'image-tag-removed')).toEqual([]);
});

it('takes the version of a Compose file out with the runtime that it knows', () => {
  const text = 'version: "2.3"\nservices:\n  app:\n    image: app\n    runtime: nvidia\n';
  expect(titles(text, 'compose-runtime-legacy', 'compose.yaml')).toEqual([
    'Ask for the GPU with deploy.resources.reservations.devices, and remove the version',
    'Ask for the GPU with gpus, and remove the version',
    'Ask for the GPU with a CDI device',
  ]);
});
