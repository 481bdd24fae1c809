import type { Compile, Extract, FileCopy, PipInstall } from '../../shell/installers/model';
import { hasOption, optionStyle, optionValue, parseArguments } from '../../shell/installers/arguments';
import { fetchedUrls } from '../../shell/installers/download-target';
import type { ShellCommand } from '../../shell/model';
import type { ActionStep, StackState } from '../../stack/model';
import { homeOf } from '../../stack/query';
import { baseName, isInside, resolvePath } from '../../text/path';
import { UNKNOWN } from '../../text/traced';
import { isPassing, isShared, isSystem } from './places';
import { condaRoot, installRoots, localLibraries, managedPythons, type PythonPlaces } from './python-places';

/** Files that a command leaves. */
export interface Made {
  /** Absolute. */
  readonly path: string;
  /** product: what is built for use. tree: sources and data, which a container may or may not need. below: something in this folder, by a name that is not known. */
  readonly role: 'product' | 'tree' | 'below';
}

/** What a command of the build means to the container. */
export type Effect =
  /** Sets up the system: packages, users, configuration. It can be done again. */
  | { readonly kind: 'setup' }
  /** Leaves nothing behind, or only what compiling needs. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'makes'; readonly made: readonly Made[] }
  | { readonly kind: 'unknown' };

const NOTHING: Effect = { kind: 'nothing' };
const SETUP: Effect = { kind: 'setup' };
const UNKNOWN_EFFECT: Effect = { kind: 'unknown' };

const SETUP_COMMANDS = new Set(
  ('apt apt-get aptitude add-apt-repository apt-add-repository apt-key apt-mark dpkg debconf-set-selections dpkg-reconfigure yum dnf microdnf tdnf yum-config-manager rpm update-alternatives alternatives ' +
    'groupadd useradd adduser addgroup usermod groupmod passwd chpasswd userdel groupdel deluser chsh locale-gen update-locale localedef update-ca-certificates ldconfig ssh-keygen setcap').split(' '),
);

/** Commands that ask, print or set something for the rest of the script. */
const HARMLESS = new Set(
  (': [ [[ test true false cd pushd popd set export unset shopt source . local readonly declare alias return exit trap wait umask hash ulimit read echo printf cat ls pwd which type env printenv date sleep nproc uname whoami id dirname basename head tail grep awk cut tr sort wc find xargs tee ' +
    'gunzip gzip bunzip2 unxz xz nvidia-smi ldd file stat du df diff md5sum sha256sum sha512sum sha1sum gpg strip patch ccache lscpu free yes seq expr arch getconf mktemp sync lsb_release').split(' '),
);

/** Read by the shell of a user when it starts. */
const STARTUP_FILE = /\/\.(?:bashrc|bash_profile|profile|zshrc)$/;
/** Scripts that add a repository of packages. */
const REPOSITORY_SCRIPT = /nodesource\.com|packagecloud\.io|script\.(?:deb|rpm)\.sh/;
/** What is fetched to install packages with. */
const PACKAGE_FILE = /\.(?:deb|rpm|asc|gpg|key|pub|list|repo|pin)$/i;

const ANY = optionStyle('');
const INSTALL_TARGETS = /^(?:install(?:[-/:]\w+)*|altinstall|modules_install)$/;

/** Reads what the commands of one stage leave behind, in their order: an install knows the prefix that was configured before it. */
export class EffectReader {
  /** Prefix of an install by the folder that it is built in. */
  readonly #prefixes = new Map<string, string>();
  #lastPrefix: string | undefined;
  readonly #places: PythonPlaces = { environments: [], condaRoots: [], active: undefined };
  /** Installers of conda by the path that they were fetched to. */
  readonly #installers = new Set<string>();
  /** Roots of the trees met so far: what a command does inside belongs to the tree. */
  readonly #trees: string[] = [];

  /** A script begins: what the one before activated is no longer in force. */
  beginScript(): void {
    this.#places.active = undefined;
  }

  /** Names a folder as the root of sources or data. */
  addTree(path: string): void {
    this.#trees.push(path);
  }

  /** True where a path is a tree that is known, or lies in one. */
  isInTree(path: string): boolean {
    return this.#trees.some((tree) => isInside(tree, path));
  }

  /** The effect of a command with its actions; `state` is that before it, `pipeline` the commands that it is joined to. */
  read(command: ShellCommand, actions: readonly ActionStep[], state: StackState, pipeline: readonly ShellCommand[]): Effect {
    const folder = resolvePath(state.workdir, command.workingDirectory ?? state.workdir);
    if (folder.includes(UNKNOWN)) return UNKNOWN_EFFECT;
    const at = (path: string): string => resolvePath(folder, path.replace(/^~(?=\/|$)/, homeOf(state.user)));
    const effects = actions.flatMap(({ action }) => (action.kind === 'execute' ? [] : [this.#ofAction(action, command, at, folder, state)]));
    const effect = effects.find(({ kind }) => kind === 'unknown' || kind === 'setup') ?? mergeMade(effects) ?? effects[0] ?? this.#ofCommand(command, at, folder, state, pipeline);
    return effect.kind === 'makes' ? this.#remember(effect.made, state) : effect;
  }

  #remember(made: readonly Made[], state: StackState): Effect {
    for (const { path, role } of made) if (role === 'tree') this.#trees.push(path);
    // Environments and targets may be given the prefix that packages share.
    const own = made.flatMap((one) => (one.role === 'product' && one.path === '/usr/local' ? ['/usr/local/bin', ...localLibraries(state)].map((path): Made => ({ path, role: 'product' })) : [one]));
    return own.some(({ path, role }) => path.includes(UNKNOWN) || (role === 'product' && isShared(path))) ? UNKNOWN_EFFECT : { kind: 'makes', made: own };
  }

  #ofAction(action: ActionStep['action'], command: ShellCommand, at: (path: string) => string, folder: string, state: StackState): Effect {
    switch (action.kind) {
      case 'package-install':
      case 'package-remove':
      case 'package-index-update':
      case 'package-upgrade':
      case 'package-hold':
      case 'repository-add':
      case 'repository-key':
      case 'repository-remove':
      case 'local-package-install':
        return action.kind === 'package-install' && action.manager !== 'apt' && action.manager !== 'yum' ? UNKNOWN_EFFECT : SETUP;
      case 'pip-install':
        return this.#ofPip(action, command, at, folder, state);
      case 'pip-config':
      case 'pip-uninstall':
        return NOTHING;
      case 'conda-install': {
        const root = condaRoot(state, this.#places);
        return root === undefined ? UNKNOWN_EFFECT : makes(root);
      }
      case 'download':
        if (action.pipedToShell) return ofInstallScript(action.url.value, state);
        if (action.artifact?.kind === 'conda-installer') this.#installers.add(at(action.output?.value ?? baseName(action.url.value)));
        return ofDownload(command, at);
      case 'extract':
        return this.#ofExtract(action, at, folder, state);
      case 'file-copy':
        return this.#ofCopy(action, at);
      case 'file-make':
        return this.#ofFiles(action.paths.map(({ value }) => at(value)));
      case 'file-remove':
        // Lists and configuration; of libraries the other image may have fewer.
        return action.paths.every(({ value }) => /^\/(?:etc|var)\//.test(at(value))) ? SETUP : NOTHING;
      case 'file-write':
        return this.#ofFiles([at(action.path.value)]);
      case 'git-clone': {
        const target = at(action.directory?.value ?? baseName(action.url.value).replace(/\.git$/, ''));
        return isPassing(target) ? NOTHING : { kind: 'makes', made: [{ path: target, role: 'tree' }] };
      }
      case 'compile':
        return this.#ofCompile(action, command, at, folder, state);
      case 'execute':
        return NOTHING;
    }
  }

  /** mkdir, and text written to a file. */
  #ofFiles(paths: readonly string[]): Effect {
    if (paths.some((path) => path.includes(UNKNOWN))) return UNKNOWN_EFFECT;
    if (paths.every((path) => STARTUP_FILE.test(path))) return SETUP;
    return paths.every((path) => isPassing(path) || this.isInTree(path)) ? NOTHING : SETUP;
  }

  #ofCopy({ link, sources, destination }: FileCopy, at: (path: string) => string): Effect {
    const target = at(destination.value);
    const from = sources.map(({ value }) => at(value));
    // `ln -s $(which python3) /usr/bin/python`
    if (link && isSystem(target) && !target.includes(UNKNOWN) && from.some((path) => path.includes(UNKNOWN))) return SETUP;
    if ([target, ...from].some((path) => path.includes(UNKNOWN))) return UNKNOWN_EFFECT;
    if (isPassing(target) || /\/stubs(?:\/|$)/.test(from.join(' '))) return NOTHING;
    if (this.isInTree(target) && (link || from.every((path) => this.isInTree(path) || isPassing(path)))) return NOTHING;
    // Files of the system linked or moved within it.
    if (from.every((path) => isSystem(path)) && (isSystem(target) || link)) return SETUP;
    if (link) return isSystem(target) || isInside('/usr/local', target) ? SETUP : makes(target);
    const isFolder = isShared(target) || destination.value.endsWith('/') || sources.length > 1 || /^\/usr\/local\/[a-z0-9]+$/.test(target);
    if (!isFolder) return makes(target);
    if (!isShared(target) && /[*?[]/.test(from.join(''))) return makes(target);
    return from.some((path) => /[*?[]/.test(path)) ? UNKNOWN_EFFECT : makes(...from.map((path) => resolvePath(target, baseName(path))));
  }

  #ofExtract({ archive, artifact, into }: Extract, at: (path: string) => string, folder: string, state: StackState): Effect {
    const target = into === undefined ? folder : at(into.value);
    if (artifact?.kind === 'conda-installer') {
      if (into === undefined) return UNKNOWN_EFFECT;
      this.#places.condaRoots.push(target);
      return makes(target);
    }
    if (target === '/usr/local') return installed(target, state);
    if (artifact?.kind === 'cuda-runfile' || isPassing(target) || (archive !== undefined && this.isInTree(target))) return NOTHING;
    return { kind: 'makes', made: [{ path: target, role: isShared(target) || into === undefined ? 'below' : 'tree' }] };
  }

  #ofPip(action: PipInstall, command: ShellCommand, at: (path: string) => string, folder: string, state: StackState): Effect {
    const projects = action.requirements.filter(({ editable, url }) => editable && url !== undefined && !/^[a-z+]+:\/\//.test(url));
    const made: Made[] = projects.map(({ url }) => ({ path: at((url ?? '').replace(/\[[^\]]*\]$/, '').replace(/^file:/, '')), role: 'product' }));
    for (const path of installRoots(action.tool, command, at, folder, state, this.#places, action.interpreter)) made.push({ path, role: 'product' });
    return { kind: 'makes', made };
  }

  #ofCompile({ tool, defines }: Compile, command: ShellCommand, at: (path: string) => string, folder: string, state: StackState): Effect {
    const words = command.words.map(({ text }) => text.value);
    if (tool === 'setup.py') {
      const installs = words.some((word) => word === 'install' || word === 'develop');
      if (!installs) return this.#inTree(folder);
      const roots = installRoots('pip', command, at, folder, state, this.#places);
      return makes(...roots, ...(words.includes('develop') ? [folder] : []));
    }
    const args = parseArguments(command.words, 1, optionStyle('-C --directory -B -S -G -D --prefix --install-prefix -o -f -j --target --install --build --config --component'));
    const output = optionValue(args, '-o')?.value;
    if (output !== undefined && tool !== 'make' && tool !== 'cmake') return this.#output(at(output));
    const place = at(optionValue(args, '-B', '-C', '--build', '--install', '--directory')?.value ?? '.');
    const given = optionValue(args, '--prefix', '--install-prefix')?.value ?? (defines.get('CMAKE_INSTALL_PREFIX') ?? defines.get('PREFIX') ?? defines.get('prefix'))?.value;
    const prefix = given === undefined ? undefined : at(given);
    const destdir = defines.get('DESTDIR')?.value;
    const installs = (tool === 'cmake' && (hasOption(args, '--install') || optionValue(args, '--target')?.value === 'install')) || words.slice(1).some((word) => INSTALL_TARGETS.test(word));
    if (!installs) {
      if (prefix !== undefined) {
        this.#prefixes.set(place, prefix);
        this.#lastPrefix = prefix;
      }
      return tool === 'cmake' && !hasOption(args, '--build') ? NOTHING : this.#inTree(place);
    }
    if (tool === 'cargo' && prefix === undefined) return makes(resolvePath(optionValue(parseArguments(command.words, 1, optionStyle('--root --path')), '--root')?.value ?? `${homeOf(state.user)}/.cargo`, 'bin'));
    if (destdir !== undefined) return installed(at(destdir), state);
    return installed(prefix ?? this.#prefixes.get(place) ?? this.#lastPrefix ?? '/usr/local', state);
  }

  /** A compilation that leaves its results where it runs. */
  #inTree(folder: string): Effect {
    return this.isInTree(folder) || isPassing(folder) ? { kind: 'makes', made: [] } : isShared(folder) ? UNKNOWN_EFFECT : { kind: 'makes', made: [{ path: folder, role: 'tree' }] };
  }

  /** One file that a compiler writes. */
  #output(path: string): Effect {
    return path.includes(UNKNOWN) ? UNKNOWN_EFFECT : this.isInTree(path) || isPassing(path) ? { kind: 'makes', made: [] } : makes(path);
  }

  #ofCommand(command: ShellCommand, at: (path: string) => string, folder: string, state: StackState, pipeline: readonly ShellCommand[]): Effect {
    const { name } = command;
    const activated = /^(.*)\/bin\/activate$/.exec(command.words[1]?.text.value ?? '')?.[1];
    if ((name === '.' || name === 'source') && activated !== undefined) this.#places.active = at(activated);
    const operands = parseArguments(command.words, 1, ANY).operands.map(({ text }) => text.value);
    if (SETUP_COMMANDS.has(name)) return SETUP;
    const words = command.words.map(({ text }) => text.value);
    if (name !== '.' && name !== 'source' && words.slice(0, 2).some((word) => /(?:conda|miniforge|mambaforge)[^/]*\.sh$/i.test(word) || this.#installers.has(at(word)))) {
      const root = optionValue(parseArguments(command.words, 1, optionStyle('-p --prefix')), '-p', '--prefix')?.value;
      if (root === undefined) return UNKNOWN_EFFECT;
      this.#places.condaRoots.push(at(root));
      return makes(at(root));
    }
    // CMake's own installer.
    if (words.includes('--skip-license')) return NOTHING;
    if (/^python[\d.]*$/.test(name) || name === 'virtualenv' || name === 'uv') {
      const environment = readEnvironment(command, operands, at, folder);
      if (environment !== undefined) {
        this.#places.environments.push(environment);
        return makes(environment, ...(name === 'uv' ? managedPythons(state) : []));
      }
      if (words.some((word) => /^(?:-V|--version)$/.test(word))) return NOTHING;
      const bringsPip = (operands.length === 0 ? pipeline.flatMap((other) => other.words.map(({ text }) => text.value)) : words).some((word) => /get-pip\.py$/.test(word));
      if (bringsPip || (name === 'uv' && operands[0] === 'sync')) return makes(...installRoots(name === 'uv' ? 'uv' : 'pip', command, at, folder, state, this.#places));
      if (name === 'uv' && operands[0] === 'python') return makes(state.env.get('UV_PYTHON_INSTALL_DIR')?.value ?? `${homeOf(state.user)}/.local/share/uv`);
      return UNKNOWN_EFFECT;
    }
    if (/^(?:g?cc|g\+\+|clang(?:\+\+)?|c\+\+|go|rustc)(?:-[\d.]+)?$/.test(name)) {
      const output = optionValue(parseArguments(command.words, 1, optionStyle('-o', false)), '-o')?.value;
      return output === undefined ? this.#inTree(folder) : this.#output(at(output));
    }
    if (/^(?:npm|yarn|pnpm)$/.test(name)) return command.words.some(({ text }) => /^(?:-g|--global|global)$/.test(text.value)) ? UNKNOWN_EFFECT : operands[0] === 'cache' ? NOTHING : this.#inTree(folder);
    if (name === 'chmod' || name === 'chown' || name === 'chgrp' || name === 'sed') return this.#ofFiles(operands.slice(1).map(at));
    // Without a script to run.
    if (/^(?:ba|da)?sh$/.test(name) && words.length === 1 && pipeline.length === 1) return NOTHING;
    if (name === 'pyenv') {
      const [root] = installRoots('pip', command, at, folder, state, this.#places);
      return root?.endsWith('pyenv') === true ? makes(root) : UNKNOWN_EFFECT;
    }
    if (name === 'configure' || name === 'bootstrap.sh' || name === 'autogen.sh' || name === 'autoreconf') {
      const prefix = optionValue(parseArguments(command.words, 1, optionStyle('--prefix')), '--prefix')?.value;
      if (prefix !== undefined) {
        this.#prefixes.set(folder, at(prefix));
        this.#lastPrefix = at(prefix);
      }
      return NOTHING;
    }
    if (name === 'git') return operands[0] === 'config' || this.isInTree(folder) || isPassing(folder) || operands[0] === 'lfs' ? NOTHING : UNKNOWN_EFFECT;
    if (name === 'conda' && operands[0] === 'init') return SETUP;
    if (name === 'conda' || name === 'mamba' || name === 'pip' || /^pip[\d.]+$/.test(name)) return NOTHING;
    return isHarmless(command) ? NOTHING : UNKNOWN_EFFECT;
  }
}

/** True for commands that ask, print or set something for the rest of the script. */
export function isHarmless({ name, redirects }: ShellCommand): boolean {
  return name === '' ? redirects.length === 0 : HARMLESS.has(name);
}

function makes(...paths: readonly string[]): Effect {
  return { kind: 'makes', made: paths.filter((path) => !isPassing(path)).map((path) => ({ path, role: 'product' })) };
}

/** All that the actions of one command make; undefined where none makes anything. */
function mergeMade(effects: readonly Effect[]): Effect | undefined {
  const makers = effects.filter((effect) => effect.kind === 'makes');
  return makers.length === 0 ? undefined : { kind: 'makes', made: makers.flatMap((effect) => effect.made) };
}

/** What an install puts below its prefix; of /usr/local that is what programs are found in, not the CUDA beside it. */
function installed(prefix: string, state: StackState): Effect {
  if (prefix.includes(UNKNOWN) || prefix === '/usr' || prefix === '/') return UNKNOWN_EFFECT;
  return prefix === '/usr/local' ? makes('/usr/local/bin', ...localLibraries(state), '/usr/local/share') : makes(prefix);
}

/**
 * Installers that are piped into a shell. uv's goes to ~/.local/bin (docs.astral.sh/uv/reference/installer), rustup's
 * to ~/.cargo and ~/.rustup (rust-lang.github.io/rustup/installation).
 */
function ofInstallScript(url: string, { user }: StackState): Effect {
  if (REPOSITORY_SCRIPT.test(url)) return SETUP;
  if (/sh\.rustup\.rs/.test(url)) return NOTHING;
  return /astral\.sh\/uv/.test(url) ? makes(`${homeOf(user)}/.local`) : UNKNOWN_EFFECT;
}

/** Files that are fetched to be kept: archives, packages, keys and scripts are means. */
function ofDownload(command: ShellCommand, at: (path: string) => string): Effect {
  const fetched = fetchedUrls(command).flatMap(({ url, output, standardOutput }) => {
    if (standardOutput && output === undefined) return [];
    return [at((output ?? url.slice(url.value.lastIndexOf('/') + 1)).value.replace(/[?#].*$/, ''))];
  });
  if (fetched.some((path) => PACKAGE_FILE.test(path))) return SETUP;
  const kept = fetched.filter((path) => !isPassing(path) && !/\.(?:gz|tgz|bz2|xz|zst|zip|run|whl|sh|py)$/i.test(path));
  if (kept.length === 0) return NOTHING;
  return kept.every(isSystem) ? SETUP : makes(...kept);
}

/** `python -m venv DIR`, `virtualenv -p python3 DIR`, `uv venv [DIR]`. */
function readEnvironment(command: ShellCommand, operands: readonly string[], at: (path: string) => string, folder: string): string | undefined {
  const words = command.words.map(({ text }) => text.value);
  if (command.name === 'uv') {
    if (operands[0] !== 'venv') return undefined;
    const named = parseArguments(command.words, 1, optionStyle('-p --python --prompt')).operands[1]?.text.value;
    return resolvePath(folder, named ?? '.venv');
  }
  const module = words.findIndex((word, i) => words[i - 1] === '-m' && (word === 'venv' || word === 'virtualenv'));
  if (command.name !== 'virtualenv' && module < 0) return undefined;
  const last = parseArguments(command.words, module < 0 ? 1 : module + 1, optionStyle('-p --python --prompt')).operands.at(-1)?.text.value;
  return last === undefined ? undefined : at(last);
}
