import { readDockerfile } from '../dockerfile/read';
import type { FromInstruction } from '../dockerfile/model';
import type { Scalar } from '../data/model';
import { decodeImage } from '../image/decode';
import { parseImageReference } from '../image/reference';
import type { Overlay } from '../overlay/model';
import type { ContextReader } from '../shell/installers/model';
import { initialState } from '../stack/initial';
import { interpret } from '../stack/interpret';
import type { StackReport, StageStack } from '../stack/model';
import { Traced } from '../text/traced';
import type { BuildRequest } from './model';
import { narrowContext } from './places';

/** A Dockerfile as a request builds it. */
export interface BuiltImage {
  readonly request: BuildRequest;
  /** With the arguments, the target and the contexts of the request. */
  readonly stack: StackReport;
  /** The Dockerfile by itself; undefined where it stands in the requesting file. */
  readonly alone: StackReport | undefined;
  /** Interprets the Dockerfile as requested, but for the argument of this name; `TARGET` stands for the target. */
  readonly without: (part: string) => StackReport;
}

/** What a build can do with values that the caller has, and with those the file gives. */
export interface BuildOptions {
  /** What may be read; paths of the request count from its root. */
  readonly context: ContextReader | undefined;
  /** The file that holds the request, for a Dockerfile in it. */
  readonly file: string;
  readonly text: string;
  /** Values of `--build-arg` that the user sets: they win over those of the file. */
  readonly buildArgs?: ReadonlyMap<string, string> | undefined;
  /** An organisation's own images. */
  readonly overlay?: Overlay | undefined;
}

/** `without` of this name leaves out the target. No build argument can have it. */
export const TARGET = '--target';

/** Interprets the Dockerfile of a request; undefined when it is not known, cannot be read, or is no Dockerfile. */
export function interpretBuild(request: BuildRequest, { context, file, text, buildArgs = new Map(), overlay }: BuildOptions): BuiltImage | undefined {
  const source = request.inline === undefined ? readFile(request, context) : readInline(request.inline, file, text);
  const dockerfile = source && readDockerfile(source.text, source.file);
  if (dockerfile === undefined || 'problem' in dockerfile || dockerfile.stages.length === 0) return undefined;
  const inside = context === undefined || request.context === undefined ? undefined : narrowContext(context, request.context);
  const namedContexts = new Map(request.namedContexts.map(({ name, value }) => [name.toLowerCase(), readNamedContext(value)]));
  const build = (left?: string): StackReport => {
    const args = new Map<string, string | Traced>();
    for (const { name, value, location } of request.args) {
      if (name !== left) args.set(name, value ?? Traced.unknown(location.file, location.range));
    }
    for (const [name, value] of buildArgs) args.set(name, value);
    const target = left === TARGET || request.target?.text.known !== true ? undefined : request.target.text.value;
    return interpret(dockerfile, { buildArgs: args, target, namedContexts, context: inside, overlay });
  };
  const isPlain = request.args.length === 0 && request.target === undefined && namedContexts.size === 0;
  const stack = build();
  const alone = request.inline !== undefined ? undefined : isPlain ? stack : interpret(dockerfile, { buildArgs, context: inside, overlay });
  return { request, stack, alone, without: build };
}

function readFile({ dockerfile }: BuildRequest, context: ContextReader | undefined): { readonly text: string; readonly file: string } | undefined {
  const text = dockerfile === undefined ? undefined : context?.readText(dockerfile);
  return text === undefined || dockerfile === undefined ? undefined : { text, file: context?.fileName(dockerfile) ?? dockerfile };
}

/**
 * A Dockerfile inside another file, as a text in which all else is blank: offsets stay those of the file. One with
 * variables of Compose is not read: what they stand for is not at these offsets.
 */
function readInline(node: Scalar, file: string, text: string): { readonly text: string; readonly file: string } | undefined {
  if (node.file !== file || node.style !== 'block' || node.raw.includes('$')) return undefined;
  const start = text.indexOf('\n', node.range.start) + 1;
  return { text: text.slice(0, start).replace(/[^\r\n]/g, ' ') + text.slice(start, node.range.end), file };
}

/** The image that a named context stands for; UNKNOWN for a folder, an archive or a repository. */
function readNamedContext(value: Traced): Traced {
  const prefix = 'docker-image://';
  if (value.value.startsWith(prefix)) return value.slice(prefix.length);
  const place = value.locate();
  return place === undefined ? value : Traced.unknown(place.file, place.range);
}

/** An image that is not built, as the Dockerfile whose only line takes it, for a `platform` where one is asked for: rules about base images then speak of it. */
export function describeImage(image: Scalar, text: string, overlay: Overlay | undefined, platform?: Traced): StackReport {
  const { file, range, text: reference } = image;
  const word = { raw: reference.value, range };
  const from: FromInstruction = { kind: 'from', keyword: 'FROM', keywordRange: range, range, flags: [], image: word, alias: undefined };
  const decoded = reference.value === '' ? undefined : decodeImage(reference.value, overlay);
  const state = initialState(decoded, { file, range });
  const stage: StageStack = {
    stage: { index: 0, name: undefined, from, instructions: [], range },
    base: { reference, parsed: parseImageReference(reference.value), stage: undefined, image: decoded, platform },
    rootImage: decoded,
    initial: state,
    steps: [],
    final: state,
    shipped: true,
  };
  const dockerfile = { file, text, escape: '\\' as const, syntax: undefined, comments: [], globals: [], stages: [stage.stage] };
  return { dockerfile, stages: [stage], globals: new Map(), files: new Map(), readAt: new Map(), overlay };
}

/** The stage of which a container is made. */
export function findShipped({ stages }: StackReport): StageStack | undefined {
  return stages.findLast(({ shipped }) => shipped);
}
