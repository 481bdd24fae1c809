import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiskContext, guessContextFolders } from '../../../src/cli/disk-context';
import { discoverFiles } from '../../../src/cli/discover';
import { explainSystemError } from '../../../src/cli/failure';
import { formatText } from '../../../src/core/l10n/message';

let root = '';

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'trtc-files-'));
  const files = {
    '.git/config': '',
    '.gitignore': 'out/\n*.old.Dockerfile\n!kept.old.Dockerfile\n',
    Dockerfile: 'FROM a\n',
    'README.md': '',
    'docker/gpu.Dockerfile': 'FROM a\n',
    'docker/x.old.Dockerfile': 'FROM a\n',
    'docker/kept.old.Dockerfile': 'FROM a\n',
    'docker/.gitignore': '/Containerfile\n',
    'docker/Containerfile': 'FROM a\n',
    'out/Dockerfile': 'FROM a\n',
    'node_modules/x/Dockerfile': 'FROM a\n',
    'empty/notes.txt': '',
    'secret.txt': 'outside\n',
    'context/requirements.txt': 'tensorrt\n',
    'context/binary': 'a\0b',
    'context/sub/run.sh': 'true\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  symlinkSync('../secret.txt', path.join(root, 'context/link.txt'));
  symlinkSync('requirements.txt', path.join(root, 'context/inner.txt'));
  symlinkSync('.', path.join(root, 'docker/loop'));
});

afterAll(() => rmSync(root, { recursive: true }));

describe('discoverFiles', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['a folder', [''], ['Dockerfile', 'docker/gpu.Dockerfile', 'docker/kept.old.Dockerfile']],
    ['a folder below the repository', ['docker'], ['docker/gpu.Dockerfile', 'docker/kept.old.Dockerfile']],
    ['a file, though it is ignored', ['out/Dockerfile'], ['out/Dockerfile!']],
    ['a file of any kind', ['README.md'], ['README.md!']],
    ['a glob', ['**/*ockerfile'], ['Dockerfile', 'docker/gpu.Dockerfile', 'docker/kept.old.Dockerfile']],
    ['a glob and a file, each once', ['Dockerfile', '**/Dockerfile'], ['Dockerfile!']],
  ])('%s', async (_, targets, expected) => {
    const { files, failures } = await discoverFiles(targets.map((target) => path.posix.join(root, target)));
    expect(failures).toEqual([]);
    expect(files.map(({ file, explicit }) => path.posix.relative(root, file) + (explicit ? '!' : ''))).toEqual(expected);
  });

  it.each([
    ['nowhere', 'not found'],
    ['nowhere/*.Dockerfile', 'no file to check matches'],
    ['empty', 'nothing to check in this folder'],
  ])('says why %s leads nowhere, and goes on', async (target, reason) => {
    const { files, failures } = await discoverFiles([path.join(root, target), path.join(root, 'Dockerfile')]);
    expect(failures.map((failure) => formatText(failure))).toEqual([`${path.join(root, target)}: ${reason}`]);
    expect(files).toHaveLength(1);
  });
});

describe('createDiskContext', () => {
  it.each<[string, string | undefined]>([
    ['requirements.txt', 'tensorrt\n'],
    ['./sub/../requirements.txt', 'tensorrt\n'],
    ['/requirements.txt', 'tensorrt\n'],
    ['sub/run.sh', 'true\n'],
    ['inner.txt', 'tensorrt\n'],
    ['../secret.txt', undefined],
    ['link.txt', undefined],
    ['binary', undefined],
    ['sub', undefined],
    ['absent', undefined],
  ])('reads %s', (name, text) => {
    expect(createDiskContext([path.join(root, 'context')]).readText(name)).toBe(text);
  });

  it('tells what exists', () => {
    const context = createDiskContext([path.join(root, 'context')]);
    expect(['sub', 'requirements.txt', 'absent', '../secret.txt', 'link.txt'].map((name) => context.exists(name))).toEqual([true, true, false, false, false]);
    expect(context.fileName('sub/run.sh')).toBe(path.join(root, 'context/sub/run.sh'));
  });

  it('takes the nearest of several folders, and does not know what none of them has', () => {
    const context = createDiskContext(guessContextFolders(path.join(root, 'context/sub/Dockerfile')));
    expect(context.readText('run.sh')).toBe('true\n');
    expect(context.readText('requirements.txt')).toBe('tensorrt\n');
    expect(context.readText('secret.txt')).toBe('outside\n');
    expect(context.fileName('requirements.txt')).toBe(path.join(root, 'context/requirements.txt'));
    expect(context.exists('absent')).toBeUndefined();
  });

  it('is empty for a folder that is not there', () => {
    expect(createDiskContext([path.join(root, 'nowhere')]).readText('x')).toBeUndefined();
    expect(createDiskContext([path.join(root, 'nowhere')]).exists('x')).toBeUndefined();
  });
});

describe('guessContextFolders', () => {
  it.each([
    ['context/sub/Dockerfile', ['context/sub', 'context', '']],
    ['Dockerfile', ['']],
  ])('goes up to the root of the repository: %s', (file, expected) => {
    expect(guessContextFolders(path.join(root, file))).toEqual(expected.map((folder) => path.join(root, folder).replace(/\/$/, '')));
  });

  it('stays in the folder of a file that lies in no repository and not below the working directory', () => {
    expect(guessContextFolders('/nowhere/at/all/Dockerfile')).toEqual(['/nowhere/at/all']);
  });
});

describe('explainSystemError', () => {
  it.each<[string, unknown, string]>([
    ['a code with a sentence', Object.assign(new Error('x'), { code: 'EACCES' }), 'permission denied'],
    ['another code', Object.assign(new Error('x'), { code: 'EIO' }), 'EIO'],
    ['no code', new Error('odd'), 'odd'],
    ['no error', 'odd', 'odd'],
  ])('%s', (_, error, expected) => {
    expect(formatText(explainSystemError(error))).toBe(expected);
  });
});
