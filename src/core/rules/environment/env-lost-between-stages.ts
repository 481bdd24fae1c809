import { containerFacts } from '../../facts/container-facts';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { StackReport, StageStack } from '../../stack/model';
import { isInside, resolvePath } from '../../text/path';
import { UNKNOWN } from '../../text/traced';
import { defineRule, type Report } from '../model';
import { chainOf } from '../support/absence';
import { copyOrigin } from '../support/copy-origin';
import { capabilitiesOf, lacksCapabilities, listCapabilities } from '../support/driver-capabilities';
import { editAssignment, findAssignment, insertAfterFrom, targetStage, type Assignment } from '../support/environment';

type MessageId = 'capabilities' | 'libraryPath';
type Reporter = (report: Report<MessageId>) => void;

const STAGES: Evidence = {
  fact: msg`A stage starts with the environment of the image or stage in its FROM; COPY --from brings files, and no variables`,
  source: 'https://docs.docker.com/build/building/multi-stage/',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'env-lost-between-stages',
  family: 'environment',
  severity: 'warning',
  summary: 'A variable is set in a stage that the final one copies from, but is not built upon.',
  messages: {
    capabilities: 'NVIDIA_DRIVER_CAPABILITIES={value} of stage {stage} does not reach this stage, which has {here}: without {missing} libraries of the driver are absent from the container{error}.',
    libraryPath: '{folder} is copied from stage {stage}, but its place in LD_LIBRARY_PATH is not: the libraries in it are not found (`cannot open shared object file`).',
  },
  docs: {
    what: '`NVIDIA_DRIVER_CAPABILITIES` is set in a stage from which the final one takes files, and the final one has fewer capabilities. Or libraries are copied whose folder is on the `LD_LIBRARY_PATH` of the stage that they come from, and not on that of the stage that they come to.',
    why: '`ENV` belongs to the stage that it stands in and to those built upon it with `FROM`. [COPY --from](https://docs.docker.com/build/building/multi-stage/) takes files along, and nothing else. The programs are there then, and what they need of the driver or the linker is not.',
    instead: 'Repeat the `ENV` in the final stage.',
    silent: 'The final stage sets the variable itself or has what it needs from its base, or it runs ldconfig or writes to `/etc/ld.so.conf.d` (for libraries).',
  },
  examples: [
    {
      kind: 'bad',
      title: 'capabilities for encoding',
      text: 'FROM ubuntu:22.04 AS build\nENV NVIDIA_DRIVER_CAPABILITIES=compute,video,utility\nRUN apt-get update && apt-get install -y ffmpeg\nFROM «nvidia/cuda:12.4.1-runtime-ubuntu22.04»\nCOPY --from=build /usr/bin/ffmpeg /usr/bin/ffmpeg\n',
      messageId: 'capabilities',
      fixed:
        'FROM ubuntu:22.04 AS build\nENV NVIDIA_DRIVER_CAPABILITIES=compute,video,utility\nRUN apt-get update && apt-get install -y ffmpeg\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=compute,video,utility\nCOPY --from=build /usr/bin/ffmpeg /usr/bin/ffmpeg\n',
    },
    {
      kind: 'bad',
      title: 'libraries off the standard path',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nENV LD_LIBRARY_PATH=/opt/engine/lib:$LD_LIBRARY_PATH\nRUN make -C /src install\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build «/opt/engine» /opt/engine\n',
      messageId: 'libraryPath',
      fixed:
        'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nENV LD_LIBRARY_PATH=/opt/engine/lib:$LD_LIBRARY_PATH\nRUN make -C /src install\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=/opt/engine/lib:$LD_LIBRARY_PATH\nCOPY --from=build /opt/engine /opt/engine\n',
    },
    {
      kind: 'good',
      title: 'set in the final stage',
      text: 'FROM ubuntu:22.04 AS build\nENV NVIDIA_DRIVER_CAPABILITIES=all\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_DRIVER_CAPABILITIES=all\nCOPY --from=build /usr/bin/ffmpeg /usr/bin/ffmpeg\n',
    },
    {
      kind: 'good',
      title: 'no more than the base has',
      text: 'FROM ubuntu:22.04 AS build\nENV NVIDIA_DRIVER_CAPABILITIES=compute,utility\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build /usr/bin/tool /usr/bin/tool\n',
    },
    {
      kind: 'good',
      title: 'the linker is told',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nENV LD_LIBRARY_PATH=/opt/engine/lib:$LD_LIBRARY_PATH\nRUN make -C /src install\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build /opt/engine /opt/engine\nRUN echo /opt/engine/lib > /etc/ld.so.conf.d/engine.conf && ldconfig\n',
    },
    {
      kind: 'good',
      title: 'a stage of its own',
      text: 'FROM ubuntu:22.04 AS other\nENV NVIDIA_DRIVER_CAPABILITIES=all\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n',
    },
  ],
  check({ report, stack }) {
    const target = targetStage(stack);
    if (target === undefined) return;
    const origins = listOrigins(stack, target);
    checkCapabilities(stack, target, origins, report);
    checkLibraryPath(stack, target, report);
  },
});

/** The stages, the target's own chain left out, from which it takes files. */
function listOrigins(stack: StackReport, target: StageStack): readonly StageStack[] {
  const chain = chainOf(target);
  const origins = new Set<StageStack>();
  for (const stage of chain) {
    for (const { instruction } of stage.steps) {
      const origin = instruction.kind === 'copy' ? copyOrigin(stack, stage, instruction)?.stage : undefined;
      if (origin !== undefined && !chain.includes(origin)) origins.add(origin);
    }
  }
  return [...origins];
}

function checkCapabilities(stack: StackReport, target: StageStack, origins: readonly StageStack[], report: Reporter): void {
  const here = capabilitiesOf(target, true);
  const location = target.base.reference.locate();
  if (here === undefined || location === undefined) return;
  for (const origin of origins) {
    const lost = findAssignment(stack, origin, 'NVIDIA_DRIVER_CAPABILITIES');
    const wanted = lost === undefined || lost.value.includes(UNKNOWN) ? [] : listCapabilities(lost.value);
    const missing = lacksCapabilities(here, wanted);
    if (lost === undefined || missing.length === 0) continue;
    const own = findAssignment(stack, target, 'NVIDIA_DRIVER_CAPABILITIES');
    // Who sets it here has thought of it, though not of all.
    if (own !== undefined) return;
    report({
      messageId: 'capabilities',
      data: {
        value: lost.value,
        stage: nameOf(lost),
        here: here.join(','),
        missing: missing.join(', '),
        error: missing.includes('video') ? msg`: \`Cannot load libnvidia-encode.so.1\`` : '',
      },
      location,
      evidence: [STAGES, ...containerFacts(missing.includes('video') ? 'driver-capabilities-video' : 'driver-capabilities-default')],
      related: [{ location: lost.location, message: msg`NVIDIA_DRIVER_CAPABILITIES is set here, in another stage.` }],
      fixes: [{ title: msg`Set NVIDIA_DRIVER_CAPABILITIES in this stage`, safe: false, edits: [insertAfterFrom(stack, target, `ENV NVIDIA_DRIVER_CAPABILITIES=${lost.value}`)] }],
    });
    return;
  }
}

function nameOf({ stage: { stage } }: Assignment): string {
  return stage.name ?? String(stage.index);
}

/** Folders that the linker searches in any case. */
const STANDARD = /^\/(?:usr\/(?:local\/)?)?lib(?:64|\/[\w-]+-linux-gnu)?$|^\/usr\/local\/(?:cuda|nvidia)(?:[-/]|$)/;

function checkLibraryPath(stack: StackReport, target: StageStack, report: Reporter): void {
  const here = target.final.env.get('LD_LIBRARY_PATH');
  // An image may bring a path of its own that nobody knows.
  if (here === undefined ? !target.final.envComplete && target.rootImage?.family !== 'nvidia-cuda' : !here.known) return;
  if (tellsLinker(target)) return;
  const present = here?.value.split(':') ?? [];
  for (const step of target.steps) {
    const { instruction } = step;
    const origin = instruction.kind === 'copy' ? copyOrigin(stack, target, instruction) : undefined;
    if (instruction.kind !== 'copy' || origin?.stage === undefined || instruction.sources.length !== 1 || instruction.destination === undefined) continue;
    const [source] = instruction.sources;
    const lost = findAssignment(stack, origin.stage, 'LD_LIBRARY_PATH');
    if (source === undefined || lost === undefined || chainOf(target).includes(lost.stage)) continue;
    const destination = instruction.destination.raw.replace(/\/$/, '');
    const from = source.raw.replace(/\/$/, '');
    // Only what lands in the same place keeps its place on the path.
    if (from !== destination || !from.startsWith('/') || from.includes('$')) continue;
    const folder = lost.value.split(':').find((one) => one.startsWith('/') && !one.includes(UNKNOWN) && isInside(from, resolvePath('/', one)) && !STANDARD.test(one));
    if (folder === undefined || present.some((one) => resolvePath('/', one) === resolvePath('/', folder)) || isMentioned(target, folder)) continue;
    const own = findAssignment(stack, target, 'LD_LIBRARY_PATH');
    const fix = own === undefined ? insertAfterFrom(stack, target, `ENV LD_LIBRARY_PATH=${folder}:$LD_LIBRARY_PATH`) : editAssignment(own, `${folder}:${stack.dockerfile.text.slice(own.valueRange.start, own.valueRange.end)}`);
    report({
      messageId: 'libraryPath',
      data: { folder, stage: nameOf(lost) },
      location: { file: stack.dockerfile.file, range: source.range },
      evidence: [STAGES],
      related: [{ location: lost.location, message: msg`${folder} is on LD_LIBRARY_PATH here, in another stage.` }],
      fixes: own !== undefined && /["'\s]/.test(fix.newText) ? [] : [{ title: msg`Put ${folder} on LD_LIBRARY_PATH`, safe: false, edits: [fix] }],
    });
    return;
  }
}

/** The linker is told in another way where libraries are. */
function tellsLinker(target: StageStack): boolean {
  return chainOf(target).some(({ steps }) =>
    steps.some(({ commands, instruction }) => commands.some(({ name, words }) => name === 'ldconfig' || words.some(({ text }) => text.value.includes('ld.so.conf') || text.value.includes('LD_LIBRARY_PATH'))) || (instruction.kind === 'copy' && instruction.destination?.raw.includes('ld.so.conf') === true)),
  );
}

function isMentioned(target: StageStack, folder: string): boolean {
  return target.steps.some(({ commands }) => commands.some(({ words }) => words.some(({ text }) => text.value.includes(folder))));
}
