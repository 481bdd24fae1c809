import type { Dockerfile } from '../dockerfile/model';
import { readDockerfile } from '../dockerfile/read';
import { fileKind } from '../file-kind';
import { rules as allRules } from '../rules';
import { interpretInSteps, type InterpretOptions, type Part } from '../stack/interpret';
import type { StackReport } from '../stack/model';
import { runToEnd, type Steps } from '../steps';
import { analyseBake } from './analyse-bake';
import { analyseCompose } from './analyse-compose';
import { analyseDevcontainer } from './analyse-devcontainer';
import { withEchoes } from './echoes';
import { keepStrongest } from './findings';
import { createFailure, type Analysis, type AnalysisOptions } from './model';
import { RuleRegistry } from './registry';
import { finish, runOnStackInSteps, type Run } from './run';
import { suppress } from './suppress';
import { suppressionUnknownRule, suppressionUnused } from './suppression-rules';
import { readDockerfileSuppressions } from './suppressions';

export type { Analysis, AnalysisOptions } from './model';

/** The project's rules, the engine's own about suppression comments included. */
export const registry = new RuleRegistry([...allRules, suppressionUnused, suppressionUnknownRule]);

/** Analyses a file by the kind that its name tells; a kind that no rule knows gives no findings. Never throws. */
export function analyse(text: string, file: string, options: AnalysisOptions = {}): Analysis {
  const kind = options.kind ?? fileKind(file);
  switch (kind) {
    case 'dockerfile':
      return analyseDockerfile(text, file, options);
    case 'compose':
      return analyseCompose(text, file, createRun(options));
    case 'devcontainer':
      return analyseDevcontainer(text, file, createRun(options));
    case 'bake':
      return analyseBake(text, file, createRun(options));
    default:
      return { kind, findings: [], stack: undefined, files: new Map(), problems: [] };
  }
}

/** Reads a Dockerfile, interprets its stages and runs all rules. `file` is the name that findings carry. Never throws. */
export function analyseDockerfile(text: string, file: string, options: AnalysisOptions = {}): Analysis {
  return runToEnd(analyseDockerfileInSteps(text, file, options));
}

/** As `analyseDockerfile`, but pauses behind each instruction and each rule. */
export function* analyseDockerfileInSteps(text: string, file: string, options: AnalysisOptions = {}): Steps<Analysis> {
  const dockerfile = options.stack?.dockerfile ?? readDockerfile(text, file, options.memory?.reading);
  if ('problem' in dockerfile) return createFailure('dockerfile', dockerfile.problem);
  if (dockerfile.stages.length === 0) return createFailure('dockerfile', 'no-from');
  const run = createRun(options);
  const stack = options.stack ?? (yield* interpretInSteps(dockerfile, toInterpret(options)));
  const instructions = [...dockerfile.globals, ...dockerfile.stages.flatMap((stage) => [stage.from, ...stage.instructions])];
  const findings = suppress(withEchoes(keepStrongest(yield* runOnStackInSteps(run, stack)), stack), file, readDockerfileSuppressions(text, instructions), stack.files, run.known);
  return { kind: 'dockerfile', findings: finish(run, findings, [file, ...stack.files.keys()]), stack, files: stack.files, problems: [] };
}

/** The stack of the part of a Dockerfile that `choose` tells. Undefined where the text is no Dockerfile. Pauses behind each instruction. */
export function* readPartInSteps(text: string, file: string, options: AnalysisOptions, choose: (dockerfile: Dockerfile) => Part): Steps<StackReport | undefined> {
  const dockerfile = readDockerfile(text, file, options.memory?.reading);
  if ('problem' in dockerfile || dockerfile.stages.length === 0) return undefined;
  return yield* interpretInSteps(dockerfile, { ...toInterpret(options), part: choose(dockerfile) });
}

function toInterpret({ buildArgs, context, overlay, memory }: AnalysisOptions): InterpretOptions {
  return { buildArgs, context, overlay, memory: memory?.walk };
}

function createRun(options: AnalysisOptions): Run {
  const rules = options.rules ?? allRules;
  return { rules, options, known: options.rules === undefined ? registry : new RuleRegistry([...rules, suppressionUnused, suppressionUnknownRule]) };
}
