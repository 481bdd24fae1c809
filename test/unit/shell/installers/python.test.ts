import { describe, expect, test } from 'vitest';
import { UNKNOWN } from '../../../../src/core/text/traced';
import { act, actions, at } from '../reading';

const pip = { kind: 'pip-install', tool: 'pip' };

describe('pip', () => {
  test.each([
    ['pip install "torch==2.1.0+cu118" numpy', [{ ...pip, requirements: [{ name: 'torch', specifier: '==2.1.0+cu118' }, { name: 'numpy' }] }]],
    ['python3.8 -m pip install --no-cache-dir Foo.Bar[x,y]', [
      { ...pip, interpreter: 'python3.8', requirements: [{ name: 'foo-bar', extras: ['x', 'y'] }], options: ['--no-cache-dir'] },
    ]],
    ['/opt/venv/bin/pip3 install a', [{ ...pip, interpreter: '/opt/venv/bin/pip3', requirements: [{ name: 'a' }] }]],
    ['pip3.9 install a', [{ ...pip, interpreter: 'python3.9', requirements: [{ name: 'a' }] }]],
    ['pip --no-cache-dir --trusted-host h install --upgrade-strategy eager -U a', [
      { ...pip, requirements: [{ name: 'a' }], upgrade: true, options: ['--no-cache-dir', '--trusted-host', 'h', '--upgrade-strategy', 'eager'] },
    ]],
    ['pip install -i https://i --extra-index-url=https://e -f https://f --no-index --pre --no-deps --no-build-isolation a', [
      {
        ...pip,
        requirements: [{ name: 'a' }],
        indexUrl: 'https://i',
        extraIndexUrls: ['https://e'],
        findLinks: ['https://f'],
        noIndex: true,
        pre: true,
        noDependencies: true,
        noBuildIsolation: true,
      },
    ]],
    ['pip install -r a.txt -c b.txt', [{ ...pip, requirementFiles: [{ path: 'a.txt' }], constraintFiles: ['b.txt'] }]],
    ['pip install -e . -e git+https://x/y.git#egg=z ./d', [
      {
        ...pip,
        requirements: [
          { url: './d' },
          { url: '.', editable: true },
          { name: 'z', url: 'git+https://x/y.git#egg=z', editable: true },
        ],
      },
    ]],
    ['pip install -v --global-option="--cuda_ext" git+https://x/apex.git', [
      { ...pip, requirements: [{ url: 'git+https://x/apex.git' }], options: ['-v', '--global-option=--cuda_ext'] },
      { kind: 'compile', tool: 'pip', usesNvcc: true },
    ]],
    ['pip install https://h/torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl', [
      {
        ...pip,
        requirements: [
          {
            name: 'torch',
            url: 'https://h/torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl',
            wheel: { version: '2.1.0+cu118', python: 'cp310', abi: 'cp310', platform: 'linux_x86_64' },
          },
        ],
      },
    ]],
    ['pip install tensorrt==$V', [{ ...pip, requirements: [{ name: 'tensorrt', specifier: '==?' }] }]],
    ['pip install $V', [{ ...pip, requirements: [{}] }]],
    ['pip uninstall -y a B_c', [{ kind: 'pip-uninstall', names: ['a', 'b-c'] }]],
    ['pip config --user set global.extra-index-url https://x', [{ kind: 'pip-config', key: 'global.extra-index-url', value: 'https://x' }]],
    ['uv pip install --system --torch-backend=cu121 a', [{ ...pip, tool: 'uv', requirements: [{ name: 'a' }], options: ['--system', '--torch-backend=cu121'] }]],
    ['uv add a --default-index https://i --index https://e', [
      { ...pip, tool: 'uv', requirements: [{ name: 'a' }], indexUrl: 'https://i', extraIndexUrls: ['https://e'] },
    ]],
    ['uv pip sync r.txt', [{ ...pip, tool: 'uv', requirementFiles: [{ path: 'r.txt' }] }]],
    ['pipx install a', [{ ...pip, tool: 'pipx', requirements: [{ name: 'a' }] }]],
    ['pip download a', [{ kind: 'execute' }]],
    ['python x.py -m pip install a', [{ kind: 'execute' }]],
    ['python -c "import torch"', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text, { V: UNKNOWN })).toEqual(expected);
  });

  test('reads requirements files and those they include', () => {
    const files = {
      '/app/req/a.txt': '--extra-index-url https://e\ntorch==2.1\n-r b.txt\n-r a.txt\n',
      '/app/req/b.txt': 'numpy<2\n-c c.txt\n-r /missing.txt\n',
    };
    const [, install] = act('cd /app && pip install -r req/a.txt x', {}, files);
    if (install?.kind !== 'pip-install') throw new Error('no install');
    expect(install.requirements.map(({ name, specifier, origin, file }) => [name, specifier, origin, file])).toEqual([
      ['torch', '==2.1', 'requirements', 'context//app/req/a.txt'],
      ['numpy', '<2', 'requirements', 'context//app/req/b.txt'],
      ['x', '', 'command', 'Dockerfile'],
    ]);
    expect(install.requirementFiles.map(({ path, found }) => [path.value, found])).toEqual([
      ['/missing.txt', false],
      ['b.txt', true],
      ['a.txt', false],
      ['req/a.txt', true],
    ]);
    expect(install.extraIndexUrls.map(({ value }) => value)).toEqual(['https://e']);
    expect(install.constraintFiles.map(({ value }) => value)).toEqual(['c.txt']);
  });

  test('a comparison without quotes is a redirection', () => {
    const [install] = act('pip install torch>=2');
    expect(install?.command.redirects.map(({ operator, target }) => [operator, target?.value])).toEqual([['>', '=2']]);
    expect(act('pip install torch>=2').map(({ kind }) => kind)).toEqual(['pip-install']);
  });

  test('places', () => {
    const text = "pip install 'torch==2.1' --pre";
    const [install] = act(text);
    if (install?.kind !== 'pip-install') throw new Error('no install');
    const [requirement] = install.requirements;
    expect(requirement && at(text, requirement.range)).toBe("'torch==2.1'");
    expect(requirement?.text.edit(7, 10, '2.2')?.range).toEqual({ start: 1020, end: 1023 });
    expect(install.insertAt).toBe(1000 + text.indexOf(' --pre'));
  });
});

describe('conda', () => {
  const conda = { kind: 'conda-install', tool: 'conda' };
  test.each([
    ['conda install -y -c pytorch -c nvidia pytorch=2.1=py3.10_cuda nvidia::cuda-toolkit=11.8.*', [
      {
        ...conda,
        packages: [{ name: 'pytorch', version: '2.1', build: 'py3.10_cuda' }, { name: 'cuda-toolkit', version: '11.8.*', channel: 'nvidia' }],
        channels: ['pytorch', 'nvidia'],
      },
    ]],
    ["conda install 'a>=1.2,<2' b==8.9 'c[version=\">=1\"]' 'd 1.2 h0' e", [
      {
        ...conda,
        packages: [{ name: 'a', version: '>=1.2,<2' }, { name: 'b', version: '==8.9' }, { name: 'c', version: '>=1' }, { name: 'd', version: '1.2', build: 'h0' }, { name: 'e' }],
      },
    ]],
    ['/opt/conda/bin/conda create -n env python=$V', [{ ...conda, packages: [{ name: 'python', version: '?' }], environment: 'env' }]],
    ['conda env create -f env.yml', [{ ...conda, environmentFile: 'env.yml' }]],
    ['micromamba install -n base --file x.yml', [{ ...conda, tool: 'micromamba', environment: 'base', environmentFile: 'x.yml' }]],
    ['conda clean -a', [{ kind: 'execute' }]],
  ])('%s', (text, expected) => {
    expect(actions(text, { V: UNKNOWN })).toEqual(expected);
  });
});

describe('files of conda', () => {
  const environment = `name: gpu
channels: [nvidia, conda-forge]
dependencies:
  - python=3.10   # the Python
  - pytorch::pytorch=2.1
  - pip:
      - --extra-index-url https://e
      - "torch==2.1.0+cu118"
      - numpy>=1.2  # any
`;

  test('an environment with requirements for pip', () => {
    const acts = act('cd /app && mamba env create -f environment.yml', {}, { '/app/environment.yml': environment }).filter(({ kind }) => kind !== 'execute');
    const [command, listed, pip] = acts;
    expect(acts).toHaveLength(3);
    expect(command).toMatchObject({ kind: 'conda-install', packages: [], file: 'Dockerfile' });
    if (listed?.kind !== 'conda-install' || pip?.kind !== 'pip-install') throw new Error('other actions');
    expect(listed).toMatchObject({ file: 'context//app/environment.yml', environment: 'gpu', channels: ['nvidia', 'conda-forge'], environmentFile: undefined });
    expect(listed.packages.map(({ name, version, channel, range }) => [name.value, version?.value, channel, environment.slice(range.start, range.end)])).toEqual([
      ['python', '3.10', undefined, 'python=3.10'],
      ['pytorch', '2.1', 'pytorch', 'pytorch::pytorch=2.1'],
    ]);
    expect(pip.extraIndexUrls.map(({ value }) => value)).toEqual(['https://e']);
    expect(pip.requirements.map(({ name, specifier, file, range }) => [name, specifier, file, environment.slice(range.start, range.end)])).toEqual([
      ['torch', '==2.1.0+cu118', 'context//app/environment.yml', 'torch==2.1.0+cu118'],
      ['numpy', '>=1.2', 'context//app/environment.yml', 'numpy>=1.2'],
    ]);
    expect(environment.slice(0, pip.insertAt) + (pip.beforeOption ?? '')).toMatch(/numpy>=1\.2\n {6}- $/);
  });

  test('the file that conda looks for by itself', () => {
    expect(act('conda env create', {}, { 'environment.yml': environment })).toHaveLength(3);
    expect(act('conda env create', {}, {})).toHaveLength(1);
  });

  test('a list of packages', () => {
    const acts = act('conda install --file spec.txt', {}, { 'spec.txt': '# list\npython=3.10\ncudatoolkit=11.3=h0  # CUDA\nhttps://c/x.conda\n' });
    const listed = acts[1];
    if (listed?.kind !== 'conda-install') throw new Error('another action');
    expect(listed.packages.map(({ name, version, build }) => [name.value, version?.value, build])).toEqual([
      ['python', '3.10', undefined],
      ['cudatoolkit', '11.3', 'h0'],
    ]);
  });

  test.each(['', '- a\n', 'dependencies: 1\n', 'dependencies: [a, {pip: [b]}]\n', 'dependencies:\n  - {a: b}\n  - [c]\n  - ~\n', ': : :\n', '[[['])('survives %j', (text) => {
    expect(() => act('conda env create', {}, { 'environment.yml': text })).not.toThrow();
  });
});

describe('projects', () => {
  const project = `[project]
name = "app"
dependencies = [
  "torch==2.1.0",
  "numpy>=1.2", # any
]
[project.optional-dependencies]
Gpu_Tools = ["onnxruntime-gpu==1.17.1"]
[dependency-groups]
dev = ["pytest==8.0"]
docs = ["sphinx==7.0", {include-group = "dev"}]
[[tool.uv.index]]
name = "pytorch-cu118"
url = "https://download.pytorch.org/whl/cu118"
explicit = true
[[tool.uv.index]]
url = "https://mirror"
default = true
[tool.uv.sources]
torch = { index = "pytorch-cu118" }
`;
  const files = { '/app/pyproject.toml': project };

  /** Of each install of pip its index and its requirements; those of the project with their place in it. */
  function installs(script: string): unknown {
    return act(`cd /app && ${script}`, {}, files).flatMap((action) =>
      action.kind === 'pip-install' ? [[action.indexUrl?.value, ...action.requirements.map(({ name, url, origin, range }) => (origin === 'project' ? project.slice(range.start, range.end) : (url ?? name)))]] : [],
    );
  }

  test.each<[string, unknown]>([
    ['pip install .', [[undefined, '.', 'torch==2.1.0', 'numpy>=1.2']]],
    ['pip install -e ".[gpu-tools]" x', [[undefined, 'x', '.[gpu-tools]', 'torch==2.1.0', 'numpy>=1.2', 'onnxruntime-gpu==1.17.1']]],
    ['pip install ./other', [[undefined, './other']]],
    ['uv pip install --system .', [['https://mirror', '.', 'numpy>=1.2'], ['https://download.pytorch.org/whl/cu118', 'torch==2.1.0']]],
    ['uv sync', [['https://mirror', 'pytest==8.0'], ['https://download.pytorch.org/whl/cu118', 'torch==2.1.0']]],
    ['uv sync --frozen --no-dev --extra gpu-tools --group docs', [['https://mirror', 'onnxruntime-gpu==1.17.1', 'sphinx==7.0'], ['https://download.pytorch.org/whl/cu118', 'torch==2.1.0']]],
    ['uv sync --package app', []],
    ['cd / && uv sync', []],
  ])('%s', (script, expected) => {
    expect(installs(script)).toEqual(expected);
  });
});
