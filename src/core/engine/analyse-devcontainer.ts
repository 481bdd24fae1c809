import { describeImage, findShipped, interpretBuild } from '../build/interpret';
import type { Devcontainer } from '../devcontainer/model';
import { readDevcontainer } from '../devcontainer/read';
import type { ContainerImage } from '../rules/model';
import { findInImage } from './analyse-compose';
import { keepStrongest } from './findings';
import { createFailure, type Analysis } from './model';
import { finish, runOnDevcontainer, type Run } from './run';
import { suppress } from './suppress';
import { readJsonSuppressions } from './suppressions';

/** Reads a devcontainer.json and runs the rules on it, and on the image that it names or builds. */
export function analyseDevcontainer(text: string, file: string, run: Run): Analysis {
  const { context, folder } = run.options;
  const devcontainer = readDevcontainer(text, file, { context, folder });
  if (devcontainer === undefined) return createFailure('devcontainer', 'no-map');
  const image = createImage(devcontainer, run);
  const found = [...runOnDevcontainer(run, { devcontainer, image }), ...findInImage(image, run)];
  const own = keepStrongest(found.filter(({ location }) => location.file === file));
  const kept = suppress(own, file, readJsonSuppressions(text, devcontainer.root), new Map(), run.known);
  const built = image?.built === undefined ? [] : [[image.stack.dockerfile.file, image.stack.dockerfile.text] as const, ...image.stack.files];
  return { kind: 'devcontainer', findings: finish(run, kept, [file]), stack: undefined, files: new Map([...devcontainer.files, ...built]), problems: [] };
}

function createImage({ image, build, file, text }: Devcontainer, { options }: Run): ContainerImage | undefined {
  if (build !== undefined) {
    const built = interpretBuild(build, { ...options, context: options.context, file, text });
    const stage = built && findShipped(built.stack);
    return built === undefined || stage === undefined ? undefined : { stack: built.stack, stage, built };
  }
  const stack = image && describeImage(image, text, options.overlay);
  const stage = stack?.stages[0];
  return stack === undefined || stage === undefined ? undefined : { stack, stage, built: undefined };
}
