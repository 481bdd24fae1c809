// What `trtc` says to people is in the language of the environment; what programs read is not.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chooseLanguage } from '../../../src/cli/language';
import { writePseudo } from '../../../src/dev/pseudo.mjs';

const HAN = /\p{Script=Han}/u;
const CHINESE = { LANG: 'zh_CN.UTF-8' };
const ENGLISH = { LANG: 'C.UTF-8' };

let folder = '';

/** A package as it is installed: the program, the Chinese texts, the pages of rules. */
beforeAll(() => {
  const { status, stderr } = spawnSync(process.execPath, ['src/dev/build.mjs', '--run', 'src/cli/main.ts', '--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  folder = mkdtempSync(path.join(tmpdir(), 'trtc-language-'));
  mkdirSync(path.join(folder, 'dist'));
  cpSync('.cache/dev/main.cjs', path.join(folder, 'dist/trtc.cjs'));
  symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'), 'junction');
  cpSync('l10n', path.join(folder, 'l10n'), { recursive: true });
  writePseudo(folder);
  cpSync('media/rules', path.join(folder, 'media/rules'), { recursive: true });
  writeFileSync(path.join(folder, 'Dockerfile'), 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY libcuda.so.1 /usr/lib/\n');
  writeFileSync(path.join(folder, 'page.html'), '<!doctype html>\n');
  writeFileSync(path.join(folder, 'wrong.yaml'), 'nothing: 1\n');
  writeFileSync(path.join(folder, 'wrong.smoke.yaml'), 'image: a\nnothing: 1\n');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(env: NodeJS.ProcessEnv, input: string, args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const { stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'dist/trtc.cjs'), ...args], { cwd: folder, input, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder, ...env } });
  return { stdout, stderr };
}

function trtc(env: NodeJS.ProcessEnv, input: string, ...args: readonly string[]): string {
  return start(env, input, args).stdout;
}

describe('the language', () => {
  it.each<[NodeJS.ProcessEnv, string | undefined]>([
    [{}, undefined],
    [{ LANG: 'C' }, undefined],
    [{ LANG: 'C.UTF-8' }, undefined],
    [{ LANG: 'en_US.UTF-8' }, undefined],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh-cn'],
    [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN' }, 'zh-cn'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'POSIX' }, undefined],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'zh-cn'],
    [{ LANG: 'de_DE.UTF-8', LANGUAGE: 'de:zh_CN:en' }, 'zh-cn'],
    [{ LANG: 'de_DE.UTF-8' }, undefined],
    [{ LANG: 'zh_SG.UTF-8' }, 'zh-cn'],
    [{ LANG: 'zh_TW.UTF-8' }, undefined],
    [{ LANG: 'zh_HK.UTF-8' }, undefined],
    [{ LANG: 'zh_TW.UTF-8', LANGUAGE: 'zh_TW:zh_CN' }, 'zh-cn'],
    [{ LANG: 'zh_CN.UTF-8', LANGUAGE: 'en:zh_CN' }, undefined],
    [{ LANG: 'C', LANGUAGE: 'zh_CN' }, undefined],
    [{ LANG: '../../x' }, undefined],
  ])('in %j is %s', (env, tag) => {
    expect(chooseLanguage('.', env)?.tag).toBe(tag);
  });
});

describe('in Chinese', () => {
  it.each<[string, string, readonly string[]]>([
    ['lint', '', ['lint']],
    ['explain', '', ['explain', 'cuda']],
    ['a page', '', ['explain', 'cuda-driver-library-copied']],
    ['solve', '', ['solve', '--tensorrt', '8.6', '--driver', '535']],
    ['a conflict', '', ['solve', '--tensorrt', '8.6', '--cuda', '13']],
    ['decode', 'RuntimeError: The NVIDIA driver on your system is too old (found version 11040).\n', ['decode', '-']],
    ['doctor', '', ['doctor', '--context', 'unix:///nowhere.sock']],
    ['stack', '', ['stack', 'Dockerfile']],
    ['help', '', ['init', '--help']],
    ['facts', '', ['facts']],
    ['the proof of facts', '', ['facts', '--verify']],
    ['init', '', ['init', 'run', '--dry-run', '--image', 'nvidia/cuda:12.4.1-base-ubuntu22.04']],
  ])('%s speaks it, and English elsewhere', (_, input, args) => {
    expect(trtc(CHINESE, input, ...args)).toMatch(HAN);
    expect(trtc(ENGLISH, input, ...args)).not.toMatch(HAN);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a file that is absent', ['lint', 'nowhere'], /^trtc: nowhere：未找到\n$/],
    ['a page', ['stack', 'page.html'], /^trtc: page\.html：这不是 Dockerfile：/],
    ['a rule that does not exist', ['explain', 'image-tag-removd'], /^trtc: 没有规则 image-tag-removd；您是否想输入 image-tag-removed？\n$/],
    ['wishes that cannot be read', ['solve', '--gpu', 'Voodoo 2'], /^trtc: --gpu：.*\p{Script=Han}/u],
    ['wishes that cannot be met', ['init', 'dockerfile', '--dry-run', '--tensorrt', '8.6', '--cuda', '13'], /^trtc: 已知的组合都不满足这些要求；/],
    ['a target that is not there', ['lint', '--target', 'edge'], /^trtc: --target：没有目标 edge；/],
    ['a fault of a config', ['lint', '--config', 'wrong.yaml'], /^trtc: wrong\.yaml:1:1: .*\p{Script=Han}/u],
    ['a fault of a smoke file', ['smoke', 'wrong.smoke.yaml'], /^trtc: wrong\.smoke\.yaml:2:1: .*\p{Script=Han}.*\ntrtc: wrong\.smoke\.yaml：因此未测试\n$/u],
    ['no smoke test', ['smoke', '--history'], /^trtc: .* 中没有冒烟测试的记录\n$/],
    ['an engine that does not run', ['scan', 'app', '--context', 'unix:///nowhere.sock'], /^trtc: .*\p{Script=Han}/u],
    ['a build that will fail', ['build', '.'], /error: \S* ?\p{Script=Han}[^]*\ntrtc: 未构建：此问题会使构建失败。/u],
    ['a registry that is none', ['registry', 'delete', 'localhost:5000/x'], /^trtc: localhost:5000\/x：不是 REGISTRY\/NAME:TAG 的形式\n$/],
  ])('%s is told in it, and elsewhere in English', (_, args, words) => {
    expect(start(CHINESE, '', args).stderr).toMatch(words);
    const english = start(ENGLISH, '', args).stderr;
    expect(english).not.toBe('');
    expect(english).not.toMatch(HAN);
  });

  it.each<[string, readonly string[]]>([
    ['JSON of lint', ['lint', '--format', 'json']],
    ['SARIF', ['lint', '--format', 'sarif']],
    ['annotations', ['lint', '--format', 'github']],
    ['JSON of solve', ['solve', '--tensorrt', '8.6', '--cuda', '13', '--format', 'json']],
    ['JSON of stack', ['stack', '--json', 'Dockerfile']],
    ['JSON of facts', ['facts', '--verify', '--json']],
    ['JSON of init', ['init', 'run', '--dry-run', '--json', '--image', 'nvidia/cuda:12.4.1-base-ubuntu22.04']],
    ['JSON of a build', ['build', '--json', '.']],
  ])('%s stays as it is', (_, args) => {
    expect(trtc(CHINESE, '', ...args)).toBe(trtc(ENGLISH, '', ...args));
    expect(trtc(CHINESE, '', ...args)).not.toBe('');
  });
});

describe('in the pseudo language', () => {
  /** What is not said by a translated text: names, paths, versions, code. */
  const unbracketed = (text: string): string => {
    const left = text.replace(/⟦[^⟦⟧]*⟧/g, '');
    return left === text ? text : unbracketed(left);
  };

  it.each<[string, readonly string[]]>([
    ['lint', ['lint', '--gpu', '8.9', '--driver', '450', 'nowhere', 'Dockerfile']],
    ['stack', ['stack', 'Dockerfile']],
    ['explain', ['explain', 'cuda']],
    ['facts', ['facts', '--verify', 'wrong.yaml']],
    ['solve', ['solve', '--tensorrt', '8.6', '--cuda', '13']],
    ['init', ['init', 'dockerfile', '--dry-run', '--tensorrt', '8.6', '--cuda', '13']],
    ['build', ['build', '.']],
    ['smoke', ['smoke', 'wrong.smoke.yaml']],
    ['scan', ['scan', 'app', '--context', 'unix:///nowhere.sock']],
    ['the help', ['--help']],
    ['help of a command', ['init', '--help']],
  ])('%s says nothing but translated texts', (_, args) => {
    const { stdout, stderr } = start({ LANG: 'qps_PLOC.UTF-8' }, '', args);
    const said = `${stdout}${stderr}`;
    expect(said).toMatch(/⟦.*⟧/);
    const lines = unbracketed(said.replace(/`[^`]*`|^ {4,}\d+ \|.*$|trtc \w+ \[options\].*/gm, '')).split('\n');
    expect(lines.filter((line) => /\b[a-z]{2,} [a-z]{2,}\b/.test(line))).toEqual([]);
  });
});
