import { describeImage, findShipped, interpretBuild } from '../build/interpret';
import type { ComposeProject, ComposeService } from '../compose/model';
import { findScalar } from '../data/model';
import { readCompose } from '../compose/read';
import type { ContainerImage, Finding } from '../rules/model';
import { findInBuild } from './builds';
import { keepStrongest } from './findings';
import { createFailure, type Analysis } from './model';
import { finish, runOnCompose, runOnStack, type Run } from './run';
import { suppress } from './suppress';
import { readYamlSuppressions } from './suppressions';

/**
 * Reads a Compose file and runs the rules on it; those on images speak of the images that it names, those on
 * Dockerfiles of what its build arguments and targets bring about. Only findings in the file itself are given: the files
 * that it draws in are checked by themselves.
 */
export function analyseCompose(text: string, file: string, run: Run): Analysis {
  const { context, folder } = run.options;
  const project = readCompose(text, file, { context, folder });
  if (project === undefined) return createFailure('compose', 'no-map');
  const images = new ImageCache(project, run);
  const found = [...runOnCompose(run, { project, imageOf: (service) => images.find(service) }), ...project.services.flatMap((service) => findInImage(images.find(service), run))];
  const own = keepStrongest(found.filter(({ location }) => location.file === file));
  const kept = suppress(own, file, readYamlSuppressions(text), new Map(), run.known);
  return { kind: 'compose', findings: finish(run, kept, [file]), stack: undefined, compose: project, files: new Map([...project.files, ...images.files]), problems: [] };
}

/** What the rules on images and Dockerfiles say of the image of a container. */
export function findInImage(image: ContainerImage | undefined, run: Run): readonly Finding[] {
  if (image === undefined) return [];
  return image.built === undefined ? runOnStack(run, image.stack) : findInBuild(image.built, run);
}

/** The images of a project's services, interpreted when they are first asked for. */
class ImageCache {
  readonly #project: ComposeProject;
  readonly #run: Run;
  readonly #images = new Map<ComposeService, ContainerImage | undefined>();
  /** Text of the Dockerfiles, and of what they read. */
  readonly files = new Map<string, string>();

  constructor(project: ComposeProject, run: Run) {
    this.#project = project;
    this.#run = run;
  }

  find(service: ComposeService): ContainerImage | undefined {
    if (!this.#images.has(service)) this.#images.set(service, this.#create(service));
    return this.#images.get(service);
  }

  #create({ build, image, node }: ComposeService): ContainerImage | undefined {
    const { file, text } = this.#project;
    // With both keys `image` is the name that the built image gets.
    if (build === undefined) {
      const stack = image && describeImage(image, text, this.#run.options.overlay, findScalar(node, 'platform')?.text);
      const stage = stack?.stages[0];
      return stack === undefined || stage === undefined ? undefined : { stack, stage, built: undefined };
    }
    const built = interpretBuild(build, { ...this.#run.options, context: this.#run.options.context, file, text });
    const stage = built && findShipped(built.stack);
    if (built === undefined || stage === undefined) return undefined;
    if (built.alone !== undefined) this.files.set(built.stack.dockerfile.file, built.stack.dockerfile.text);
    for (const [name, content] of built.stack.files) this.files.set(name, content);
    return { stack: built.stack, stage, built };
  }
}
