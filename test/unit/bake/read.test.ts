import { describe, expect, it } from 'vitest';
import { readBake } from '../../../src/core/bake/read';
import { UNKNOWN } from '../../../src/core/text/traced';

const HCL = `variable "CUDA" {
  default = "12.4.1"
}
variable "TAG" {
  default = "\${CUDA}-devel"
}
group "default" {
  targets = ["app"]
}
target "base" {
  context = "src"
  args = { CUDA = CUDA, KEPT = "1" }
}
target "app" {
  inherits = ["base"]
  dockerfile = "gpu.Dockerfile"
  target = "runtime"
  contexts = { base = "docker-image://nvidia/cuda:\${TAG}" }
  args = { TAG = TAG, CUDA = notequal("", X) ? X : CUDA }
}
`;
const JSON_FILE = JSON.stringify({
  variable: { CUDA: { default: '12.4.1' } },
  target: { base: { args: { CUDA: '${CUDA}' } }, app: { inherits: ['base'], context: '..', args: { OTHER: '${X}' } } },
});

describe('readBake', () => {
  it('reads targets with what they inherit', () => {
    const [base, app] = readBake(HCL, 'docker-bake.hcl', { folder: 'docker' })?.targets ?? [];
    expect(base).toMatchObject({ name: 'base', build: { context: 'docker/src', dockerfile: 'docker/src/Dockerfile' } });
    expect(app).toMatchObject({ name: 'app', build: { context: 'docker/src', dockerfile: 'docker/src/gpu.Dockerfile' } });
    expect(app?.build.target?.text.value).toBe('runtime');
    expect(app?.build.args.map(({ name, value }) => [name, value?.value])).toEqual([['CUDA', UNKNOWN], ['KEPT', '1'], ['TAG', '12.4.1-devel']]);
    expect(app?.build.namedContexts.map(({ name, value }) => [name, value.value])).toEqual([['base', 'docker-image://nvidia/cuda:12.4.1-devel']]);
  });

  it('reads the JSON form', () => {
    const app = readBake(JSON_FILE, 'docker-bake.json', { folder: 'docker' })?.targets[1];
    expect(app?.build).toMatchObject({ context: '', dockerfile: 'Dockerfile' });
    expect(app?.build.args.map(({ name, value }) => [name, value?.value])).toEqual([['CUDA', '12.4.1'], ['OTHER', UNKNOWN]]);
  });

  it('lets the default of a variable be edited where it is written', () => {
    const value = readBake(HCL, 'docker-bake.hcl')?.targets[0]?.build.args[0]?.value;
    const edit = value?.edit(0, 2, '13');
    expect(HCL.slice(edit?.range.start, edit?.range.end)).toBe('12');
  });

  it.each([
    ['targets that inherit from each other', 'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }\n'],
    ['variables that name each other', 'variable "A" { default = B }\nvariable "B" { default = A }\ntarget "a" { args = { A = A } }\n'],
    ['a Dockerfile in the file', 'target "a" { dockerfile-inline = <<EOT\nFROM x\nEOT\n}\n'],
  ])('survives %s', (_, text) => {
    expect(readBake(text, 'docker-bake.hcl')?.targets[0]?.name).toBe('a');
  });

  it('gives nothing for a JSON text that is no object', () => {
    expect(readBake('[]', 'docker-bake.json')).toBeUndefined();
  });
});
