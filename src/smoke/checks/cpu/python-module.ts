import { MODULE_PACKAGES, hasPackage, hasPython, holds } from '../../image';
import type { ComponentKind } from '../../../core/stack/model';
import type { RunCheck, Sentence } from '../../model';
import { measure, probeStep, readProbe, textOf, textsOf, type ProbeData } from '../../python-probe';
import { pass, say } from '../../verdict';

/** A framework's first import reads gigabytes from a cold disk. */
const TIMEOUT_MS = 180_000;

/** A check that Python imports a module and tells what came with it. */
export function importCheck(module: keyof typeof MODULE_PACKAGES, title: string, kind: ComponentKind): RunCheck {
  const packages = MODULE_PACKAGES[module];
  return {
    id: `python-${module}`,
    title: say(title),
    kind: 'cpu',
    applies: (image) => hasPackage(image, packages) || (holds(image, kind) && hasPython(image)),
    plan: (image) => probeStep('cpu', image, 'python_module.py', [module], packages, TIMEOUT_MS),
    read: (result, image) =>
      readProbe(result, image, `import ${module}`, (data) =>
        pass(say('Python imports {module} {version}.', { module, version: textOf(data['version']) ?? '' }), {
          details: describe(data),
          evidence: textsOf(data['libraries']).join('\n'),
          measured: { ...measure(data, { version: module, cuda: `${module}-cuda`, cudnn: `${module}-cudnn` }) },
        }),
      ),
  };
}

function describe(data: ProbeData): readonly Sentence[] {
  const details: Sentence[] = [];
  const cuda = textOf(data['cuda']);
  const cudnn = textOf(data['cudnn']);
  const architectures = textsOf(data['architectures']);
  const providers = textsOf(data['providers']);
  const libraries = textsOf(data['libraries']);
  if (cuda !== undefined) details.push(cudnn === undefined ? say('Built for CUDA {cuda}.', { cuda }) : say('Built for CUDA {cuda} with cuDNN {cudnn}.', { cuda, cudnn }));
  if (architectures.length > 0) details.push(say('It has code for {architectures}.', { architectures: architectures.join(', ') }));
  if (providers.length > 0) details.push(say('Providers: {providers}.', { providers: providers.join(', ') }));
  if (libraries.length > 0) details.push(say('It loaded {libraries}.', { libraries: libraries.map((path) => path.slice(path.lastIndexOf('/') + 1)).join(', ') }));
  return details;
}
