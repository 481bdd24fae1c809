import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { msg } from '../core/l10n/message';
import type { Severity } from '../core/rules/model';
import type { DecodeArguments } from './decode';
import type { DoctorArguments } from './doctor';
import type { FactsArguments } from './facts';
import type { BuildArguments } from './build';
import { complain, Failure } from './failure';
import type { InitArguments, InitForm } from './init';
import type { LintArguments, StackArguments } from './options';
import type { SmokeArguments } from './smoke';
import type { ReclaimArguments } from './reclaim';
import type { RegistryArguments } from './registry';
import type { ScanArguments } from './scan';
import type { SolveArguments } from './solve';
import { VERSION } from './version';

// Only what reads the command line is loaded here; each command brings its own parts when it is called.
const SEVERITIES: readonly Severity[] = ['hint', 'information', 'warning', 'error'];

const program = new Command('trtc')
  .description('Checks Dockerfiles, Compose and devcontainer files that use CUDA, cuDNN and TensorRT, offline.')
  .version(VERSION, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print help')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'trtc: ')) })
  .addHelpText('after', '\nExit status: 0 nothing to mend, 1 findings, 2 could not run.');

program
  .command('lint')
  .description('Report what will fail, where, why, and what to write instead.')
  .argument('[paths...]', 'files, folders, globs; `-` is standard input', ['.'])
  .addOption(new Option('-f, --format <format>', 'form of the report').choices(['text', 'json', 'sarif', 'github']).default('text'))
  .addOption(new Option('-s, --severity <level>', 'report findings of at least this level, and fail on any of them; by default all are reported, warnings and errors fail').choices(SEVERITIES))
  .option('--rule <name=level>', 'severity of a rule or family, `off` for none; may be repeated', collectSettings)
  .option('--fix', 'apply the fixes that are safe without asking')
  .option('--diff', 'print what --fix would change, and change nothing')
  .option('--build-arg <name=value>', 'value of an ARG, as for docker build; may be repeated', collectBuildArgs)
  .option('--context <folder>', 'build context; by default the folder of each Dockerfile, or one above it')
  .option('--config <file>', 'settings; by default the nearest .trtc.yaml in the folder of each file or above it')
  .option('--no-config', 'read no .trtc.yaml')
  .option('--target <name>', 'judge for this target of .trtc.yaml only; may be repeated', collect)
  .option('--gpu <name>', 'judge for this GPU, a product or a compute capability; may be repeated', collect)
  .option('--driver <version>', 'judge for this driver: 535.183.06, or 535')
  .addOption(new Option('--platform <platform>', 'judge for this platform').choices(['linux/amd64', 'linux/arm64', 'jetson']))
  .option('--stdin-filename <name>', 'name of standard input: tells its kind and its build context')
  .addHelpText('after', '\nFolders are searched for Dockerfiles, Compose, devcontainer and bake files, without what .gitignore covers.\nA comment silences a rule: # trtc ignore=<rule> -- reason')
  .action(async (paths: string[], options: LintArguments) => (await import('./lint')).lint(paths, options));

program
  .command('stack')
  .description('Print what each stage of a Dockerfile contains, and the line that put it there.')
  .argument('<file>', 'a Dockerfile; `-` is standard input')
  .option('--json', 'print JSON')
  .option('--build-arg <name=value>', 'value of an ARG, as for docker build; may be repeated', collectBuildArgs)
  .option('--context <folder>', 'build context; by default the folder of the Dockerfile, or one above it')
  .option('--config <file>', 'settings; by default the nearest .trtc.yaml in the folder of the file or above it')
  .option('--no-config', 'read no .trtc.yaml')
  .action(async (file: string, options: StackArguments) => (await import('./stack')).printStack(file, options));

program
  .command('explain')
  .description('Print the page of a rule; without a name, list the rules.')
  .argument('[rule]', 'id, former id or family')
  .action(async (rule: string | undefined) => (await import('./explain')).explain(rule));

program
  .command('facts')
  .description('Print the tables that rules judge by: how many rows, and when they were last checked.')
  .argument('[overlays...]', 'overlay files, to be verified as well')
  .option('--json', 'print JSON')
  .option('--verify', 'check that every row has a source, that nothing is there twice, and that tables agree; exit status 1 where not')
  .action(async (overlays: string[], options: FactsArguments) => (await import('./facts')).printFacts(overlays, options));

program
  .command('smoke')
  .description('Prove that an image works: what lies in it, what runs in it, and what runs in it on a GPU.')
  .argument('[targets...]', 'images, smoke files (*.smoke.yaml), or folders with smoke files')
  .option('-p, --profile <profile>', 'static reads files, cpu runs programs, gpu runs them on a GPU, all; static,cpu by default; may be repeated', collect)
  .option('--context <name>', 'docker context to test on; may be repeated, and each is tested at once', collect)
  .option('--only <check>', 'run this check only; may be repeated', collect)
  .option('--dockerfile <file>', 'the Dockerfile that the image was built from: what lies in it is compared with what that says')
  .option('--stage <name>', 'stage of --dockerfile; by default the last one')
  .option('--memory <size>', 'the most memory a container may have: 512m, 16g; 8g by default', readBytes)
  .option('--json', 'print JSON')
  .option('--junit <file>', "write JUnit's XML; `-` is standard output")
  .option('--verbose', 'print the output of each check')
  .option('--no-record', 'leave no record of the run')
  .option('--history', 'print earlier runs instead')
  .option('--kubernetes', 'print Jobs that run the checks on a cluster')
  .option('--apply', 'with --kubernetes: run them through kubectl')
  .option('--namespace <name>', 'namespace for --apply')
  .option('--kubectl <program>', 'the kubectl command')
  .addHelpText('after', '\nExit status: 0 all is well, 1 something failed or the host kept a check from telling, 2 could not run.')
  .action(async (targets: string[], options: SmokeArguments) => (await import('./smoke')).smokeTest(targets, options));

program
  .command('solve')
  .description('Find images and pins that meet wishes, or the wishes that rule each other out.')
  .option('--tensorrt <version>', 'a version (8.6) or a range (>=10,<11); so are all versions here')
  .option('--cuda <version>', 'CUDA of the image')
  .option('--cudnn <version>', 'cuDNN')
  .option('--python <version>', 'Python')
  .option('--ubuntu <version>', 'Ubuntu')
  .option('--torch <version>', 'PyTorch, with its CUDA if you like: 2.1+cu118')
  .option('--tensorflow <version>', 'TensorFlow')
  .option('--onnxruntime <version>', 'ONNX Runtime with CUDA')
  .option('--driver <version>', 'driver of the host: 535.183.06, or 535')
  .option('--gpu <name>', 'GPU of the host, a product or a compute capability; may be repeated', collect)
  .addOption(new Option('--flavor <flavor>', 'flavor of the image').choices(['base', 'runtime', 'devel']))
  .addOption(new Option('--family <family>', 'nvidia/cuda with TensorRT from apt or from pip, or an NGC image').choices(['apt', 'pip', 'ngc']))
  .option('--compile', 'extensions of PyTorch are compiled in the image')
  .option('--package <name>', 'Debian package of TensorRT to pin; may be repeated', collect)
  .option('--near <image>', 'image that should change as little as can be')
  .option('-n, --count <number>', 'how many answers are wanted', readCount, 3)
  .addOption(new Option('-f, --format <format>', 'form of the answer').choices(['text', 'json']).default('text'))
  .addHelpText('after', '\nExit status: 0 answered, 1 nothing known meets the wishes, 2 could not run.')
  .action(async (options: SolveArguments) => (await import('./solve')).printSolution(options));

program
  .command('build')
  .description('Build an image, and tell why it failed at the word of the Dockerfile that is to blame.')
  .argument('[context]', 'folder of the build context, or the address of a repository', '.')
  .option('-f, --file <file>', 'the Dockerfile; by default Dockerfile in the context')
  .option('-t, --tag <name:tag>', 'name of the image; may be repeated, as all that lists', collect)
  .option('--target <stage>', 'stage to build; by default the last one')
  .option('--build-arg <name=value>', 'value of an ARG; a name alone takes it from the environment', collect)
  .option('--platform <platforms>', 'linux/amd64, linux/arm64', collect)
  .option('--label <name=value>', 'label of the image', collect)
  .option('--secret <secret>', 'id=NAME,src=FILE or id=NAME,env=NAME', collect)
  .option('--ssh <agent>', 'agent or keys for RUN --mount=type=ssh', collect)
  .option('--cache-from <source>', 'where cached layers are looked for', collect)
  .option('--cache-to <destination>', 'where the cache is written to', collect)
  .option('--build-context <name=value>', 'a further context', collect)
  .option('--network <mode>', 'network of RUN: default, none, host')
  .option('--shm-size <size>', 'size of /dev/shm during RUN')
  .option('--allow <entitlement>', 'what RUN may ask for beyond the usual: network.host, device', collect)
  .option('--no-cache', 'build each step anew')
  .option('--pull', 'look for newer base images')
  .option('--push', 'push the image to the registry of its tags')
  .option('--builder <name>', 'a builder of docker buildx ls')
  .option('--docker-context <name>', 'docker context to build on, or the address of an engine')
  .option('--iidfile <file>', 'write the id of the image to a file')
  .option('--docker <program>', 'the docker command')
  .option('--anyway', 'build although findings say that it will fail')
  .option('--json', 'print the progress as JSON, one object a line')
  .option('--config <file>', 'settings; by default the nearest .trtc.yaml')
  .option('--no-config', 'read no .trtc.yaml')
  .addHelpText('after', '\nExit status: 0 built, 1 not built, 2 could not run. The id of the image goes to standard output, all else to standard error.')
  .action(async (context: string, options: BuildArguments) => (await import('./build')).build(context, options));

program
  .command('init')
  .description('Write a dev container, a Compose file, a run script or a Dockerfile for the GPU; a file that exists is added to, after its diff was shown.')
  .addArgument(new Argument('<form>', 'what to write').choices(['devcontainer', 'compose', 'run', 'dockerfile']))
  .option('-C, --folder <folder>', 'the folder of the project', '.')
  .option('--from <command>', 'convert this docker run line; `-` reads it from standard input')
  .option('--from-compose <file>', 'convert a service of this Compose file')
  .option('--from-devcontainer <file>', 'convert the container of this devcontainer.json')
  .option('--use-compose <file>', 'make the dev container of a service of this Compose file, which stays as it is; may be repeated, for files that are laid over it', collect)
  .option('--service <name>', 'the service to convert, to use or to write')
  .option('--image <image>', 'run this image; by default the Dockerfile of the folder is built, or an image is chosen')
  .option('--dockerfile <file>', 'build this Dockerfile')
  .option('--stage <name>', 'stage of the Dockerfile')
  .option('--name <name>', 'name that is shown')
  .option('--gpus <which>', 'all, none, a number, or indices and UUIDs: 0,2', 'all')
  .option('--require-gpu', 'do not start without the GPU; by default it is optional')
  .addOption(new Option('--display <kind>', 'where windows appear').choices(['none', 'x11', 'wayland', 'wslg', 'ssh']).default('none'))
  .addOption(new Option('--access <kind>', 'how the X server lets the container in').choices(['cookie', 'localuser', 'open']).default('cookie'))
  .option('--camera <node>', 'a camera: /dev/video0', collect)
  .option('--device <node>', 'another device', collect)
  .addOption(new Option('--audio <kind>', 'sound').choices(['none', 'pulse', 'alsa']).default('none'))
  .option('--shm-size <size>', 'shared memory: 8g')
  .option('--ipc-host', 'shared memory of the host')
  .option('--ulimit <name=value>', 'a limit: memlock=-1', collect)
  .option('--capability <name>', 'part of the driver besides compute and utility: video, graphics, display, all', collect)
  .option('--port <port>', 'a port for this machine', collectPort)
  .option('--user <name>', 'user in the container; host for your own numbers')
  .option('--cache <name>', 'a cache that outlives the container: pip, huggingface, torch, ccache', collectChoice(['pip', 'huggingface', 'torch', 'ccache']))
  .option('--language <name>', 'extensions for python, cpp, cuda', collectChoice(['python', 'cpp', 'cuda']))
  .option('--feature <reference>', 'a feature of the dev container', collect)
  .option('--workspace <path>', 'where the folder is mounted')
  .addOption(new Option('--engine <engine>', 'who runs it; by default docker, or who ran the command of --from').choices(['docker', 'rootless', 'podman', 'cdi']))
  .addOption(new Option('--compose-gpus <syntax>', 'deploy, or gpus of Compose 2.30 and later').choices(['deploy', 'gpus']).default('deploy'))
  .addOption(new Option('--serve <mode>', 'a web service that runs its model itself, or beside a model server').choices(['single', 'tfserving', 'triton']))
  .option('--model <name>', 'name of the model', 'model')
  .option('--server-tag <tag>', 'tag of the model server’s image')
  .option('--config-folder <folder>', 'with --serve: folder of the host with the configuration of the web service')
  .option('--log-folder <folder>', 'with --serve: folder of the host for the logs of the web service')
  .option('--tensorrt <version>', 'TensorRT of the image; versions as for trtc solve')
  .option('--cuda <version>', 'CUDA')
  .option('--python <version>', 'Python')
  .option('--ubuntu <version>', 'Ubuntu')
  .option('--torch <version>', 'PyTorch')
  .option('--tensorflow <version>', 'TensorFlow')
  .option('--driver <version>', 'driver of the host')
  .addOption(new Option('--install <way>', 'where TensorRT comes from').choices(['apt', 'pip', 'ngc', 'archive']))
  .addOption(new Option('--purpose <purpose>', 'stages of the Dockerfile').choices(['python', 'cpp']).default('python'))
  .option('--apt-mirror <url>', 'mirror of Ubuntu’s packages')
  .option('--pip-mirror <url>', 'mirror of PyPI')
  .option('--time-zone <name>', 'Asia/Shanghai')
  .option('--locale <name>', 'zh_CN.UTF-8')
  .option('--label <name=value>', 'a label of the image', collect)
  .option('--package <name>', 'a further Debian package', collect)
  .option('--requirements <file>', 'requirements of pip')
  .option('--comments', 'explain each line in a comment')
  .option('--dry-run', 'show, and write nothing')
  .option('-y, --yes', 'change files that exist without asking')
  .option('--json', 'print JSON')
  .addHelpText('after', '\nExit status: 0 written or shown, 1 nothing written for want of --yes, 2 could not run.')
  .action(async (form: InitForm, options: InitArguments, command: Command) => (await import('./init')).init(form, options, Object.keys(options).filter((name) => command.getOptionValueSource(name) === 'cli')));

program
  .command('doctor')
  .description('Check this machine for GPU containers: driver, GPUs, Docker, container toolkit, CDI, disk.')
  .option('--json', 'print the findings as JSON')
  .option('--report', 'print a report to paste into an issue, without names, addresses and identifiers')
  .option('--redact', 'take names of users and machines, addresses and identifiers out, in text and JSON')
  .option('--target', 'print the machine as a target for .trtc.yaml')
  .option('--context <context>', 'a docker context or the address of an engine; by default the one that docker talks to')
  .addHelpText('after', '\nIt runs no sudo and changes nothing.\nExit status: 0 nothing fails, 1 something fails, 2 could not run.')
  .action(async (options: DoctorArguments) => (await import('./doctor')).checkHost(options));

program
  .command('decode')
  .description('Say what the errors in a log of a build or container mean, and what mends them.')
  .argument('[file]', 'a log; `-` is standard input', '-')
  .option('--json', 'print JSON')
  .addHelpText('after', '\nExit status: 0 no known error, 1 known errors, 2 could not run.')
  .action(async (file: string, options: DecodeArguments) => (await import('./decode')).decode(file, options));

const CONTEXT = ['--context <context>', 'a docker context or the address of an engine; by default the one that docker talks to'] as const;

program
  .command('scan')
  .description('Print what is installed in an image, read from its files: nothing of it is run, and no GPU is needed.')
  .argument('<image>', 'name or id')
  .option('--against <dockerfile>', 'print where the image differs from what this Dockerfile promises')
  .option('--target <stage>', 'stage of the Dockerfile; by default the last one')
  .option('--build-arg <name=value>', 'value of an ARG, as for docker build; may be repeated', collectBuildArgs)
  .option('--json', 'print JSON')
  .option(...CONTEXT)
  .addHelpText('after', '\nExit status: 0 read, and nothing differs; 1 something differs; 2 could not run.')
  .action(async (image: string, options: ScanArguments) => (await import('./scan')).scan(image, options));

program
  .command('compare')
  .description('Print what is installed in two images side by side.')
  .argument('<left>', 'an image')
  .argument('<right>', 'another one')
  .option('--json', 'print JSON')
  .option(...CONTEXT)
  .addHelpText('after', '\nExit status: 0 nothing differs, 1 something differs, 2 could not run.')
  .action(async (left: string, right: string, options: ScanArguments) => (await import('./scan')).compare(left, right, options));

program
  .command('reclaim')
  .description("Say what images, containers, volumes and the build cache hold of the engine's disk, and what can go; with --yes, remove it.")
  .option('--dry-run', 'say what would go, and remove nothing; this is the default')
  .option('-y, --yes', 'remove it')
  .option('--unused-images', 'also images with a name that no container uses')
  .option('--named-volumes', 'also volumes with a name that no container uses')
  .option('--no-containers', 'leave stopped containers')
  .option('--no-build-cache', 'leave the build cache')
  .option('--json', 'print JSON')
  .option(...CONTEXT)
  .addHelpText('after', '\nBy itself it takes stopped containers, images without a name, volumes without a name and the build cache.\nExit status: 0 done, 1 something stayed, 2 could not run.')
  .action(async (options: ReclaimArguments & { readonly dryRun?: boolean }) => (await import('./reclaim')).reclaimSpace(options.dryRun === true ? { ...options, yes: false } : options));

const registry = program.command('registry').description('Run a registry of your own, and list, push and delete what lies in one.');

registry
  .command('start')
  .description('Start a registry in a container, reachable from the machine of the engine only.')
  .option('--image <image>', "registry:2, or an image that is configured like Docker's", 'registry:2')
  .option('--name <name>', 'name of the container', 'trtc-registry')
  .option('--port <port>', 'port on the loopback address', readPort, 5000)
  .option('--data <folder>', "folder on the engine's machine; by default a volume")
  .option('--json', 'print JSON')
  .option(...CONTEXT)
  .action(async (options: RegistryArguments) => (await import('./registry')).start(options));

registry
  .command('stop')
  .description('Remove the container of the registry; its data stay.')
  .option('--name <name>', 'name of the container')
  .option(...CONTEXT)
  .action(async (options: RegistryArguments) => (await import('./registry')).stop(options));

registry
  .command('clean')
  .description('Free the space of deleted tags. Nobody should push meanwhile.')
  .option('--name <name>', 'name of the container')
  .option(...CONTEXT)
  .action(async (options: RegistryArguments) => (await import('./registry')).clean(options));

registry
  .command('list')
  .description('Print the repositories of a registry, or the tags of a repository.')
  .argument('<registry>', 'localhost:5000, or localhost:5000/NAME')
  .option('--insecure', 'try plain HTTP, as is done for localhost')
  .option('--json', 'print JSON')
  .action(async (target: string, options: RegistryArguments) => (await import('./registry')).list(target, options));

registry
  .command('delete')
  .description('Delete a tag.')
  .argument('<reference>', 'localhost:5000/NAME:TAG')
  .option('--with-others', 'also other tags of the same image, where the registry cannot tell them apart')
  .option('--insecure', 'try plain HTTP, as is done for localhost')
  .option('--json', 'print JSON')
  .addHelpText('after', '\nExit status: 0 deleted, 1 not there or kept, 2 could not run.')
  .action(async (reference: string, options: RegistryArguments) => (await import('./registry')).remove(reference, options));

registry
  .command('push')
  .description("Give an image a name and push it, with the docker command line's credentials.")
  .argument('<image>', 'name or id')
  .argument('<reference>', 'localhost:5000/NAME:TAG')
  .option(...CONTEXT)
  .action(async (image: string, reference: string, options: RegistryArguments) => (await import('./registry')).push(image, reference, options));

program
  .command('mcp')
  .description('Serve the engine to assistants by the Model Context Protocol, on standard input and output; files below the working folder can be read.')
  .action(async () => (await import('./mcp')).serveMcp());

/** `NAME=value`; `NAME` alone takes the value from the environment, as docker build does. */
function collectBuildArgs(argument: string, previous: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, name, value] = /^([A-Za-z_]\w*)(?:=([^]*))?$/.exec(argument) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It must be NAME=value.');
  const given = value ?? process.env[name];
  return given === undefined ? previous : new Map([...previous, [name, given]]);
}

function collect(argument: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, argument];
}

function collectChoice(choices: readonly string[]): (argument: string, previous?: readonly string[]) => readonly string[] {
  return (argument, previous = []) => {
    if (!choices.includes(argument)) throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
    return [...previous, argument];
  };
}

function collectPort(argument: string, previous: readonly string[] = []): readonly string[] {
  if (!/^\d{1,5}$/.test(argument) || Number(argument) < 1 || Number(argument) > 65_535) throw new InvalidArgumentError('It must be a number from 1 to 65535.');
  return [...previous, argument];
}

/** `512m`, `16g`: with the units of `docker run --memory`. */
function readBytes(argument: string): number {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)([bkmg])?$/i.exec(argument) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It must be a size, such as 512m or 16g.');
  return Math.round(Number(number) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase()));
}

function readCount(argument: string): number {
  const count = /^[1-9]\d{0,2}$/.test(argument) ? Number(argument) : undefined;
  if (count === undefined) throw new InvalidArgumentError('It must be a number from 1 to 999.');
  return count;
}

function readPort(argument: string): number {
  const port = /^\d{1,5}$/.test(argument) ? Number(argument) : 0;
  if (port < 1 || port > 65535) throw new InvalidArgumentError('It must be a number from 1 to 65535.');
  return port;
}

function collectSettings(argument: string, previous: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, level] = /^([a-z\d-]+)=(\w+)$/.exec(argument) ?? [];
  if (name === undefined || level === undefined || !['off', ...SEVERITIES].includes(level)) {
    throw new InvalidArgumentError(`It must be RULE=LEVEL, LEVEL one of off, ${SEVERITIES.join(', ')}.`);
  }
  return { ...previous, [name]: level };
}

// `trtc lint | head` closes the pipe early; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

program.parseAsync().catch((error: unknown) => {
  process.exitCode = 2;
  if (error instanceof Failure) {
    complain(error.said);
    return;
  }
  complain(msg`internal error: ${error instanceof Error ? error.message : String(error)} (TRTC_DEBUG=1 shows where)`);
  if (process.env['TRTC_DEBUG'] !== undefined) console.error(error);
});
