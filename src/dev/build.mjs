// Bundles the entries (client, its features, server, command line; client and server for browsers) into dist/, or one script of src/dev to be run at once:
//   node src/dev/build.mjs [--minify] [--watch]
//   node src/dev/build.mjs --run src/dev/NAME.ts [arguments…]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const argv = process.argv.slice(2);

/** `import text from './x.json?raw'`: the file as a string; JSON without the white space that is there for reviewers. */
export const rawText = {
  name: 'raw-text',
  setup(build) {
    build.onResolve({ filter: /\?raw$/ }, (args) => ({
      path: path.resolve(args.resolveDir, args.path.slice(0, -'?raw'.length)),
      namespace: 'raw-text',
    }));
    build.onLoad({ filter: /.*/, namespace: 'raw-text' }, (args) => {
      const text = readFileSync(args.path, 'utf8');
      const compact = args.path.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : text;
      return { contents: `module.exports = ${JSON.stringify(compact)};`, watchFiles: [args.path] };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // jsonc-parser's UMD build cannot be bundled; its ES build can.
  mainFields: ['module', 'main'],
  plugins: [rawText],
  logLevel: 'warning',
  sourcemap: argv.includes('--minify') ? false : 'linked',
  minify: argv.includes('--minify'),
  legalComments: 'none',
};

/**
 * What activation need not load lies in bundles of its own: `import('…/features')` and `import('…/shared-features')`
 * anywhere in the client stay imports of dist/features.js, `import('…/language-client')` of dist/language.js.
 */
const loadedLater = {
  name: 'loaded-later',
  setup(build) {
    const keep = (filter, file) => build.onResolve({ filter }, ({ kind }) => (kind === 'dynamic-import' ? { path: file, external: true } : undefined));
    keep(/\/(?:shared-)?features$/, './features.js');
    keep(/\/language-client$/, './language.js');
  },
};

/**
 * Of dockerode comes in what we use: not gRPC for BuildKit sessions, which we never open, nor its carrier with its ssh, whose
 * place src/docker/transport.ts takes.
 */
const leanDockerode = {
  name: 'lean-dockerode',
  setup(build) {
    build.onResolve({ filter: /^(@grpc\/|protobufjs|docker-modem$)/ }, ({ path: name }) => ({ path: name, namespace: 'lean-dockerode' }));
    build.onLoad({ filter: /.*/, namespace: 'lean-dockerode' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/**
 * VS Code looks the file of each `require('vscode')` up on the disk, and esbuild leaves one in for each file of the client
 * that imports it, of the language client 57. So a bundle asks once.
 */
const oneVscode = { banner: { js: "require = ((load, api) => (name) => (name === 'vscode' ? (api ??= load(name)) : load(name)))(require);" } };

const docker = { plugins: [rawText, leanDockerode], external: ['vscode'] };

/** Each is one file: the extension host of a browser loads no second one. An import of anything of Node.js is an error here. */
const web = { platform: 'browser', target: 'es2022', mainFields: ['browser', 'module', 'main'], outdir: 'dist/web' };

const entries = [
  { entryPoints: { client: 'src/client/extension.ts' }, external: ['vscode'], plugins: [rawText, loadedLater], ...oneVscode },
  { entryPoints: { language: 'src/client/language/language-client.ts' }, external: ['vscode'], plugins: [rawText, loadedLater], ...oneVscode },
  { entryPoints: { features: 'src/client/features.ts' }, ...docker, ...oneVscode },
  { entryPoints: { server: 'src/server/main.ts' }, banner: { js: '#!/usr/bin/env node' } },
  { entryPoints: { trtc: 'src/cli/main.ts' }, banner: { js: '#!/usr/bin/env node' }, ...docker },
  { entryPoints: { client: 'src/client/web.ts' }, external: ['vscode'], ...web },
  { entryPoints: { server: 'src/server/browser.ts' }, ...web, format: 'iife' },
];

const run = argv.indexOf('--run');
if (run >= 0) {
  const script = argv[run + 1];
  const out = path.join(root, '.cache/dev', path.basename(script).replace(/\.ts$/, '.cjs'));
  mkdirSync(path.dirname(out), { recursive: true });
  await esbuild.build({ ...common, entryPoints: [script], outfile: out, external: ['vscode'], packages: 'external', sourcemap: 'inline' });
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', out, ...argv.slice(run + 2)], { stdio: 'inherit', cwd: root });
  process.exit(status ?? 1);
} else if (argv.includes('--watch')) {
  for (const entry of entries) await (await esbuild.context({ ...common, outdir: 'dist', ...entry })).watch();
} else {
  await Promise.all(entries.map((entry) => esbuild.build({ ...common, outdir: 'dist', ...entry })));
}
