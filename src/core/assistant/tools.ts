import { describeReference } from '../assist/completion/images';
import { renderPlain } from '../assist/card';
import { describeImage } from '../assist/hover/image';
import { decodeError, formatDecoded } from '../decode/decode-error';
import { registry } from '../engine/analyse';
import { renderRulePage } from '../engine/page';
import { describeStack } from '../engine/stack-output';
import { nameSource, type Evidence } from '../facts/evidence';
import { decodeImage } from '../image/decode';
import { formatText, joinAll } from '../l10n/message';
import type { Finding } from '../rules/model';
import { writeDockerfile } from '../solver/dockerfile';
import type { Combination, Wishes } from '../solver/model';
import { solve } from '../solver/solve';
import { LineIndex } from '../text/line-index';
import { analyseInput, quote, readText, requireText } from './input';
import { ToolError, type AssistantTool, type InputSchema } from './model';

const FILE: InputSchema['properties'] = {
  path: { type: 'string', description: 'Path of the file in the workspace; with text, the name that tells its kind.' },
  text: { type: 'string', description: 'The text itself, for a file that is not saved or does not exist yet.' },
};

/** A model mends what it is shown; a longer list would only fill its context. */
const MAX_FINDINGS = 40;

const explainFinding: AssistantTool = {
  name: 'tensorrt_explain_finding',
  title: 'Explain a TensorRT Containers finding',
  description:
    'Explains a rule of TensorRT Containers (for example tensorrt-apt-unpinned) with why it matters, examples, the fix and the sources of the facts. Call it when a diagnostic of source "tensorrt" is to be explained or mended. Without a rule it lists all rules.',
  input: { type: 'object', properties: { rule: { type: 'string', description: 'Id of the rule, as the diagnostic shows it.' } }, additionalProperties: false },
  run(input) {
    const name = readText(input, 'rule');
    if (name === undefined) return registry.rules.map(({ id, summary }) => `${id}: ${summary}`).join('\n');
    const [rule] = registry.find(name);
    if (rule === undefined) throw new ToolError(`There is no rule ${quote(name)}. Call without a rule for the list.`);
    return renderRulePage(rule);
  },
};

const checkFile: AssistantTool = {
  name: 'tensorrt_check_file',
  title: 'Check a container file',
  description:
    'Checks a Dockerfile, Compose file, devcontainer.json or bake file for CUDA, cuDNN, TensorRT, driver and GPU mistakes without building it. Returns each finding with its line, the evidence with source and date, and the edits of its fix. Call it after writing or changing such a file; an empty answer means that nothing known is wrong.',
  input: { type: 'object', properties: FILE, additionalProperties: false },
  async run(input, files) {
    const { text, file, analysis } = await analyseInput(input, files);
    if (analysis.findings.length === 0) return 'Nothing was found.';
    const texts = new Map([...analysis.files, [file, text]]);
    const shown = analysis.findings.slice(0, MAX_FINDINGS).map((finding) => describeFinding(finding, texts));
    const more = analysis.findings.length - shown.length;
    return [...shown, ...(more > 0 ? [`There are ${more} more findings. Mend these first, then check again.`] : [])].join('\n\n');
  },
};

const readStack: AssistantTool = {
  name: 'tensorrt_read_stack',
  title: 'Read the GPU stack of a Dockerfile',
  description:
    'Tells what each stage of a Dockerfile contains without building it: OS, Python, CUDA, cuDNN, TensorRT, PyTorch and other frameworks, each with version, certainty and the line that brings it. Call it before answering which versions an image will have.',
  input: { type: 'object', properties: FILE, additionalProperties: false },
  output: {
    type: 'object',
    properties: {
      version: { type: 'number', description: 'Version of this form: 1.' },
      stages: { type: 'array', description: 'Each stage after its last instruction, with its components; media/schemas/stack-output.schema.json has all members.', items: { type: 'object' } },
    },
    required: ['version', 'stages'],
  },
  async run(input, files) {
    const { analysis } = await analyseInput(input, files);
    if (analysis.stack === undefined) throw new ToolError('Only a Dockerfile has stages.');
    return JSON.stringify(describeStack(analysis.stack), undefined, 2);
  },
};

const WISHES = ['tensorrt', 'cuda', 'cudnn', 'python', 'ubuntu', 'torch', 'tensorflow', 'onnxruntime', 'driver', 'flavor', 'family'] as const;

const proposeStack: AssistantTool = {
  name: 'tensorrt_propose_stack',
  title: 'Propose a base image and pins',
  description:
    'Finds base images and pinned packages that meet wishes about TensorRT, CUDA, cuDNN, Python, Ubuntu, PyTorch, TensorFlow, ONNX Runtime, the host’s driver and GPUs, with a Dockerfile for each and the reasons with sources; or says which wishes rule each other out. Versions are leading parts (8.6) or specifiers (>=10,<11). Use it instead of guessing versions.',
  input: {
    type: 'object',
    properties: {
      ...Object.fromEntries(WISHES.slice(0, 8).map((key) => [key, { type: 'string', description: `Version of ${key}: leading parts or a specifier.` } as const])),
      driver: { type: 'string', description: 'NVIDIA driver of the host: 535.183.06, or 535.' },
      gpu: { type: 'array', items: { type: 'string' }, description: 'GPUs of the host: products (RTX 4090) or compute capabilities (8.9).' },
      flavor: { type: 'string', enum: ['base', 'runtime', 'devel'], description: 'Flavor of the image.' },
      family: { type: 'string', enum: ['apt', 'pip', 'ngc'], description: 'nvidia/cuda with TensorRT from apt or pip, or an NGC image.' },
      compile: { type: 'boolean', description: 'Extensions of PyTorch are compiled in the image.' },
    },
    additionalProperties: false,
  },
  run(input) {
    const texts = Object.fromEntries(WISHES.flatMap((key) => (readText(input, key) === undefined ? [] : [[key, readText(input, key)]])));
    const gpu = Array.isArray(input['gpu']) ? input['gpu'].filter((one): one is string => typeof one === 'string') : readText(input, 'gpu');
    const wishes = { ...texts, ...(gpu !== undefined && gpu.length > 0 && { gpu }), ...(input['compile'] === true && { compile: true }) } as Wishes;
    const answer = solve(wishes);
    if (answer.problems.length > 0) throw new ToolError(answer.problems.map(({ key, message }) => `${key}: ${formatText(message)}`).join('\n'));
    if (answer.conflict === undefined) return answer.combinations.map(describeCombination).join('\n\n');
    const { wishes: ruledOut, reasons, relaxations } = answer.conflict;
    return [
      `Nothing known meets ${formatText(joinAll(ruledOut.map(({ label }) => label)))} together.`,
      ...reasons.map(({ text, evidence }) => `- ${formatText(text)}${cite(evidence)}`),
      ...relaxations.map(({ text, combination }) => `Nearest: ${formatText(text)}: ${combination.image}`),
    ].join('\n');
  },
};

const describeImageTool: AssistantTool = {
  name: 'tensorrt_describe_image',
  title: 'Describe an NVIDIA image',
  description:
    'Tells what an image such as nvidia/cuda:12.4.1-devel-ubuntu22.04 or nvcr.io/nvidia/tensorrt:23.08-py3 contains, which driver it needs and whether its tag still exists, with sources. An NGC release such as 23.08 is a date, no TensorRT version: use this to find the version.',
  input: { type: 'object', properties: { image: { type: 'string', description: 'Reference as in FROM.' } }, required: ['image'], additionalProperties: false },
  run(input) {
    const reference = requireText(input, 'image');
    const image = decodeImage(reference);
    if (image === undefined || describeReference(reference) === undefined) throw new ToolError(`Nothing is known of ${quote(reference)}. Do not assume what it contains.`);
    return renderPlain(describeImage(image, { start: 0, end: reference.length }));
  },
};

const decodeErrorTool: AssistantTool = {
  name: 'tensorrt_decode_error',
  title: 'Decode a GPU container error',
  description:
    'Explains error output of docker, the NVIDIA Container Toolkit, apt, pip, nvcc, TensorRT, PyTorch, TensorFlow or ONNX Runtime in GPU containers: cause, how to check it, remedy and sources. Give the whole log.',
  input: { type: 'object', properties: { text: { type: 'string', description: 'Error message or log.' } }, required: ['text'], additionalProperties: false },
  run(input) {
    const found = decodeError(requireText(input, 'text'));
    if (found.length === 0) return 'No known error is in this text.';
    return found
      .map((error) => {
        const { cause, checks, remedies } = formatDecoded(error);
        return [error.line, `Cause: ${cause}`, ...checks.map((check) => `Check: ${check}`), ...remedies.map((remedy) => `Remedy: ${remedy}`), ...error.sources.map((source) => `Source: ${source}`)].join('\n');
      })
      .join('\n\n');
  },
};

/** The tools that assistants get, in VS Code and through `trtc mcp`. */
export const assistantTools: readonly AssistantTool[] = [explainFinding, checkFile, readStack, proposeStack, describeImageTool, decodeErrorTool];

function describeFinding({ rule, severity, message, location: { file, range }, evidence, fixes }: Finding, texts: ReadonlyMap<string, string>): string {
  const place = (name: string, offset: number): string => {
    const { line, character } = new LineIndex(texts.get(name) ?? '').positionAt(offset);
    return `${name}:${line + 1}:${character + 1}`;
  };
  return [
    `${place(file, range.start)}: ${severity}: ${message} [${rule}]`,
    ...evidence.map((one) => `  ${formatText(one.fact)}${cite(one)}`),
    ...fixes.map(({ title, edits }) => `  Fix: ${formatText(title)}: ${edits.map((edit) => `at ${place(edit.file, edit.range.start)} replace ${JSON.stringify((texts.get(edit.file) ?? '').slice(edit.range.start, edit.range.end))} by ${JSON.stringify(edit.newText)}`).join('; ')}`),
  ].join('\n');
}

function describeCombination(combination: Combination): string {
  return [
    `${combination.image} (${combination.certainty})`,
    combination.components.map(({ key, version, cuda }) => `${key} ${version}${cuda === undefined ? '' : ` for CUDA ${cuda}`}`).join(', '),
    '```dockerfile',
    writeDockerfile(combination).trimEnd(),
    '```',
    ...combination.reasons.map(({ grade, text, evidence }) => `- ${grade}: ${formatText(text)}${cite(evidence)}`),
  ].join('\n');
}

function cite(evidence: Evidence | undefined): string {
  return evidence === undefined ? '' : ` (${formatText(nameSource(evidence))}, checked ${evidence.checked})`;
}
