import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { msg } from '../core/l10n/message';
import type { Severity } from '../core/rules/model';
import type { DecodeArguments } from './decode';
import type { DoctorArguments } from './doctor';
import type { FactsArguments } from './facts';
import type { BuildArguments } from './build';
import { complain, Failure } from './failure';
import { help, HELP_WORDS } from './help';
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
  .description(help`Checks Dockerfiles, Compose and devcontainer files that use CUDA, cuDNN and TensorRT, offline.`)
  .version(VERSION, '-V, --version', help`print the version`)
  .helpOption('-h, --help', help`print help`)
  .helpCommand('help [command]', help`print help of a command`)
  .configureHelp(HELP_WORDS)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'trtc: ')) })
  .addHelpText('after', `\n${help`Exit status: 0 nothing to mend, 1 findings, 2 could not run.`}`);

program
  .command('lint')
  .description(help`Report what will fail, where, why, and what to write instead.`)
  .argument('[paths...]', help`files, folders, globs; \`-\` is standard input`, ['.'])
  .addOption(new Option('-f, --format <format>', help`form of the report`).choices(['text', 'json', 'sarif', 'github']).default('text'))
  .addOption(new Option('-s, --severity <level>', help`report findings of at least this level, and fail on any of them; by default all are reported, warnings and errors fail`).choices(SEVERITIES))
  .option('--rule <name=level>', help`severity of a rule or family, \`off\` for none; may be repeated`, collectSettings)
  .option('--fix', help`apply the fixes that are safe without asking`)
  .option('--diff', help`print what --fix would change, and change nothing`)
  .option('--build-arg <name=value>', help`value of an ARG, as for docker build; may be repeated`, collectBuildArgs)
  .option('--context <folder>', help`build context; by default the folder of each Dockerfile, or one above it`)
  .option('--config <file>', help`settings; by default the nearest .trtc.yaml in the folder of each file or above it`)
  .option('--no-config', help`read no .trtc.yaml`)
  .option('--target <name>', help`judge for this target of .trtc.yaml only; may be repeated`, collect)
  .option('--gpu <name>', help`judge for this GPU, a product or a compute capability; may be repeated`, collect)
  .option('--driver <version>', help`judge for this driver: 535.183.06, or 535`)
  .addOption(new Option('--platform <platform>', help`judge for this platform`).choices(['linux/amd64', 'linux/arm64', 'jetson']))
  .option('--stdin-filename <name>', help`name of standard input: tells its kind and its build context`)
  .addHelpText('after', `\n${help`Folders are searched for Dockerfiles, Compose, devcontainer and bake files, without what .gitignore covers.\nA comment silences a rule: # trtc ignore=<rule> -- reason`}`)
  .action(async (paths: string[], options: LintArguments) => (await import('./lint')).lint(paths, options));

program
  .command('stack')
  .description(help`Print what each stage of a Dockerfile contains, and the line that put it there.`)
  .argument('<file>', help`a Dockerfile; \`-\` is standard input`)
  .option('--json', help`print JSON`)
  .option('--build-arg <name=value>', help`value of an ARG, as for docker build; may be repeated`, collectBuildArgs)
  .option('--context <folder>', help`build context; by default the folder of the Dockerfile, or one above it`)
  .option('--config <file>', help`settings; by default the nearest .trtc.yaml in the folder of the file or above it`)
  .option('--no-config', help`read no .trtc.yaml`)
  .action(async (file: string, options: StackArguments) => (await import('./stack')).printStack(file, options));

program
  .command('explain')
  .description(help`Print the page of a rule; without a name, list the rules.`)
  .argument('[rule]', help`id, former id or family`)
  .action(async (rule: string | undefined) => (await import('./explain')).explain(rule));

program
  .command('facts')
  .description(help`Print the tables that rules judge by: how many rows, and when they were last checked.`)
  .argument('[overlays...]', help`overlay files, to be verified as well`)
  .option('--json', help`print JSON`)
  .option('--verify', help`check that every row has a source, that nothing is there twice, and that tables agree; exit status 1 where not`)
  .action(async (overlays: string[], options: FactsArguments) => (await import('./facts')).printFacts(overlays, options));

program
  .command('smoke')
  .description(help`Prove that an image works: what lies in it, what runs in it, and what runs in it on a GPU.`)
  .argument('[targets...]', help`images, smoke files (*.smoke.yaml), or folders with smoke files`)
  .option('-p, --profile <profile>', help`static reads files, cpu runs programs, gpu runs them on a GPU, all; static,cpu by default; may be repeated`, collect)
  .option('--context <name>', help`docker context to test on; may be repeated, and each is tested at once`, collect)
  .option('--only <check>', help`run this check only; may be repeated`, collect)
  .option('--dockerfile <file>', help`the Dockerfile that the image was built from: what lies in it is compared with what that says`)
  .option('--stage <name>', help`stage of --dockerfile; by default the last one`)
  .option('--memory <size>', help`the most memory a container may have: 512m, 16g; 8g by default`, readBytes)
  .option('--json', help`print JSON`)
  .option('--junit <file>', help`write JUnit's XML; \`-\` is standard output`)
  .option('--verbose', help`print the output of each check`)
  .option('--no-record', help`leave no record of the run`)
  .option('--history', help`print earlier runs instead`)
  .option('--kubernetes', help`print Jobs that run the checks on a cluster`)
  .option('--apply', help`with --kubernetes: run them through kubectl`)
  .option('--namespace <name>', help`namespace for --apply`)
  .option('--kubectl <program>', help`the kubectl command`)
  .addHelpText('after', `\n${help`Exit status: 0 all is well, 1 something failed or the host kept a check from telling, 2 could not run.`}`)
  .action(async (targets: string[], options: SmokeArguments) => (await import('./smoke')).smokeTest(targets, options));

program
  .command('solve')
  .description(help`Find images and pins that meet wishes, or the wishes that rule each other out.`)
  .option('--tensorrt <version>', help`a version (8.6) or a range (>=10,<11); so are all versions here`)
  .option('--cuda <version>', help`CUDA of the image`)
  .option('--cudnn <version>', 'cuDNN')
  .option('--python <version>', 'Python')
  .option('--ubuntu <version>', 'Ubuntu')
  .option('--torch <version>', help`PyTorch, with its CUDA if you like: 2.1+cu118`)
  .option('--tensorflow <version>', 'TensorFlow')
  .option('--onnxruntime <version>', help`ONNX Runtime with CUDA`)
  .option('--driver <version>', help`driver of the host: 535.183.06, or 535`)
  .option('--gpu <name>', help`GPU of the host, a product or a compute capability; may be repeated`, collect)
  .addOption(new Option('--flavor <flavor>', help`flavor of the image`).choices(['base', 'runtime', 'devel']))
  .addOption(new Option('--family <family>', help`nvidia/cuda with TensorRT from apt or from pip, or an NGC image`).choices(['apt', 'pip', 'ngc']))
  .option('--compile', help`extensions of PyTorch are compiled in the image`)
  .option('--package <name>', help`Debian package of TensorRT to pin; may be repeated`, collect)
  .option('--near <image>', help`image that should change as little as can be`)
  .option('-n, --count <number>', help`how many answers are wanted`, readCount, 3)
  .addOption(new Option('-f, --format <format>', help`form of the answer`).choices(['text', 'json']).default('text'))
  .addHelpText('after', `\n${help`Exit status: 0 answered, 1 nothing known meets the wishes, 2 could not run.`}`)
  .action(async (options: SolveArguments) => (await import('./solve')).printSolution(options));

program
  .command('build')
  .description(help`Build an image, and tell why it failed at the word of the Dockerfile that is to blame.`)
  .argument('[context]', help`folder of the build context, or the address of a repository`, '.')
  .option('-f, --file <file>', help`the Dockerfile; by default Dockerfile in the context`)
  .option('-t, --tag <name:tag>', help`name of the image; may be repeated, as all that lists`, collect)
  .option('--target <stage>', help`stage to build; by default the last one`)
  .option('--build-arg <name=value>', help`value of an ARG; a name alone takes it from the environment`, collect)
  .option('--platform <platforms>', 'linux/amd64, linux/arm64', collect)
  .option('--label <name=value>', help`label of the image`, collect)
  .option('--secret <secret>', help`id=NAME,src=FILE or id=NAME,env=NAME`, collect)
  .option('--ssh <agent>', help`agent or keys for RUN --mount=type=ssh`, collect)
  .option('--cache-from <source>', help`where cached layers are looked for`, collect)
  .option('--cache-to <destination>', help`where the cache is written to`, collect)
  .option('--build-context <name=value>', help`a further context`, collect)
  .option('--network <mode>', help`network of RUN: default, none, host`)
  .option('--shm-size <size>', help`size of /dev/shm during RUN`)
  .option('--allow <entitlement>', help`what RUN may ask for beyond the usual: network.host, device`, collect)
  .option('--no-cache', help`build each step anew`)
  .option('--pull', help`look for newer base images`)
  .option('--push', help`push the image to the registry of its tags`)
  .option('--builder <name>', help`a builder of docker buildx ls`)
  .option('--docker-context <name>', help`docker context to build on, or the address of an engine`)
  .option('--iidfile <file>', help`write the id of the image to a file`)
  .option('--docker <program>', help`the docker command`)
  .option('--anyway', help`build although findings say that it will fail`)
  .option('--json', help`print the progress as JSON, one object a line`)
  .option('--config <file>', help`settings; by default the nearest .trtc.yaml`)
  .option('--no-config', help`read no .trtc.yaml`)
  .addHelpText('after', `\n${help`Exit status: 0 built, 1 not built, 2 could not run. The id of the image goes to standard output, all else to standard error.`}`)
  .action(async (context: string, options: BuildArguments) => (await import('./build')).build(context, options));

program
  .command('init')
  .description(help`Write a dev container, a Compose file, a run script or a Dockerfile for the GPU; a file that exists is added to, after its diff was shown.`)
  .addArgument(new Argument('<form>', help`what to write`).choices(['devcontainer', 'compose', 'run', 'dockerfile']))
  .option('-C, --folder <folder>', help`the folder of the project`, '.')
  .option('--from <command>', help`convert this docker run line; \`-\` reads it from standard input`)
  .option('--from-compose <file>', help`convert a service of this Compose file`)
  .option('--from-devcontainer <file>', help`convert the container of this devcontainer.json`)
  .option('--use-compose <file>', help`make the dev container of a service of this Compose file, which stays as it is; may be repeated, for files that are laid over it`, collect)
  .option('--service <name>', help`the service to convert, to use or to write`)
  .option('--image <image>', help`run this image; by default the Dockerfile of the folder is built, or an image is chosen`)
  .option('--dockerfile <file>', help`build this Dockerfile`)
  .option('--stage <name>', help`stage of the Dockerfile`)
  .option('--name <name>', help`name that is shown`)
  .option('--gpus <which>', help`all, none, a number, or indices and UUIDs: 0,2`, 'all')
  .option('--require-gpu', help`do not start without the GPU; by default it is optional`)
  .addOption(new Option('--display <kind>', help`where windows appear`).choices(['none', 'x11', 'wayland', 'wslg', 'ssh']).default('none'))
  .addOption(new Option('--access <kind>', help`how the X server lets the container in`).choices(['cookie', 'localuser', 'open']).default('cookie'))
  .option('--camera <node>', help`a camera: /dev/video0`, collect)
  .option('--device <node>', help`another device`, collect)
  .addOption(new Option('--audio <kind>', help`how sound is played`).choices(['none', 'pulse', 'alsa']).default('none'))
  .option('--shm-size <size>', help`shared memory: 8g`)
  .option('--ipc-host', help`use the shared memory of the host`)
  .option('--ulimit <name=value>', help`a limit: memlock=-1`, collect)
  .option('--capability <name>', help`part of the driver besides compute and utility: video, graphics, display, all`, collect)
  .option('--port <port>', help`a port for this machine`, collectPort)
  .option('--user <name>', help`user in the container; host for your own numbers`)
  .option('--cache <name>', help`a cache that outlives the container: pip, huggingface, torch, ccache`, collectChoice(['pip', 'huggingface', 'torch', 'ccache']))
  .option('--language <name>', help`extensions for python, cpp, cuda`, collectChoice(['python', 'cpp', 'cuda']))
  .option('--feature <reference>', help`a feature of the dev container`, collect)
  .option('--workspace <path>', help`where the folder is mounted`)
  .addOption(new Option('--engine <engine>', help`who runs it; by default docker, or who ran the command of --from`).choices(['docker', 'rootless', 'podman', 'cdi']))
  .addOption(new Option('--compose-gpus <syntax>', help`deploy, or gpus of Compose 2.30 and later`).choices(['deploy', 'gpus']).default('deploy'))
  .addOption(new Option('--serve <mode>', help`a web service that runs its model itself, or beside a model server`).choices(['single', 'tfserving', 'triton']))
  .option('--model <name>', help`name of the model`, 'model')
  .option('--server-tag <tag>', help`tag of the model server’s image`)
  .option('--config-folder <folder>', help`with --serve: folder of the host with the configuration of the web service`)
  .option('--log-folder <folder>', help`with --serve: folder of the host for the logs of the web service`)
  .option('--tensorrt <version>', help`TensorRT of the image; versions as for trtc solve`)
  .option('--cuda <version>', 'CUDA')
  .option('--python <version>', 'Python')
  .option('--ubuntu <version>', 'Ubuntu')
  .option('--torch <version>', 'PyTorch')
  .option('--tensorflow <version>', 'TensorFlow')
  .option('--driver <version>', help`driver of the host`)
  .addOption(new Option('--install <way>', help`where TensorRT comes from`).choices(['apt', 'pip', 'ngc', 'archive']))
  .addOption(new Option('--purpose <purpose>', help`stages of the Dockerfile`).choices(['python', 'cpp']).default('python'))
  .option('--apt-mirror <url>', help`mirror of Ubuntu’s packages`)
  .option('--pip-mirror <url>', help`mirror of PyPI`)
  .option('--time-zone <name>', 'Asia/Shanghai')
  .option('--locale <name>', 'zh_CN.UTF-8')
  .option('--label <name=value>', help`a label of the image`, collect)
  .option('--package <name>', help`a further Debian package`, collect)
  .option('--requirements <file>', help`requirements of pip`)
  .option('--comments', help`explain each line in a comment`)
  .option('--dry-run', help`show, and write nothing`)
  .option('-y, --yes', help`change files that exist without asking`)
  .option('--json', help`print JSON`)
  .addHelpText('after', `\n${help`Exit status: 0 written or shown, 1 nothing written for want of --yes, 2 could not run.`}`)
  .action(async (form: InitForm, options: InitArguments, command: Command) => (await import('./init')).init(form, options, Object.keys(options).filter((name) => command.getOptionValueSource(name) === 'cli')));

program
  .command('doctor')
  .description(help`Check this machine for GPU containers: driver, GPUs, Docker, container toolkit, CDI, disk.`)
  .option('--json', help`print the findings as JSON`)
  .option('--report', help`print a report to paste into an issue, without names, addresses and identifiers`)
  .option('--redact', help`take names of users and machines, addresses and identifiers out, in text and JSON`)
  .option('--target', help`print the machine as a target for .trtc.yaml`)
  .option('--context <context>', help`a docker context or the address of an engine; by default the one that docker talks to`)
  .addHelpText('after', `\n${help`It runs no sudo and changes nothing.\nExit status: 0 nothing fails, 1 something fails, 2 could not run.`}`)
  .action(async (options: DoctorArguments) => (await import('./doctor')).checkHost(options));

program
  .command('decode')
  .description(help`Say what the errors in a log of a build or container mean, and what mends them.`)
  .argument('[file]', help`a log; \`-\` is standard input`, '-')
  .option('--json', help`print JSON`)
  .addHelpText('after', `\n${help`Exit status: 0 no known error, 1 known errors, 2 could not run.`}`)
  .action(async (file: string, options: DecodeArguments) => (await import('./decode')).decode(file, options));

const CONTEXT = ['--context <context>', help`a docker context or the address of an engine; by default the one that docker talks to`] as const;

program
  .command('scan')
  .description(help`Print what is installed in an image, read from its files: nothing of it is run, and no GPU is needed.`)
  .argument('<image>', help`name or id`)
  .option('--against <dockerfile>', help`print where the image differs from what this Dockerfile promises`)
  .option('--target <stage>', help`stage of the Dockerfile; by default the last one`)
  .option('--build-arg <name=value>', help`value of an ARG, as for docker build; may be repeated`, collectBuildArgs)
  .option('--json', help`print JSON`)
  .option(...CONTEXT)
  .addHelpText('after', `\n${help`Exit status: 0 read, and nothing differs; 1 something differs; 2 could not run.`}`)
  .action(async (image: string, options: ScanArguments) => (await import('./scan')).scan(image, options));

program
  .command('compare')
  .description(help`Print what is installed in two images side by side.`)
  .argument('<left>', help`an image`)
  .argument('<right>', help`another one`)
  .option('--json', help`print JSON`)
  .option(...CONTEXT)
  .addHelpText('after', `\n${help`Exit status: 0 nothing differs, 1 something differs, 2 could not run.`}`)
  .action(async (left: string, right: string, options: ScanArguments) => (await import('./scan')).compare(left, right, options));

program
  .command('reclaim')
  .description(help`Say what images, containers, volumes and the build cache hold of the engine's disk, and what can go; with --yes, remove it.`)
  .option('--dry-run', help`say what would go, and remove nothing; this is the default`)
  .option('-y, --yes', help`remove it`)
  .option('--unused-images', help`also images with a name that no container uses`)
  .option('--named-volumes', help`also volumes with a name that no container uses`)
  .option('--no-containers', help`leave stopped containers`)
  .option('--no-build-cache', help`leave the build cache`)
  .option('--json', help`print JSON`)
  .option(...CONTEXT)
  .addHelpText('after', `\n${help`By itself it takes stopped containers, images without a name, volumes without a name and the build cache.\nExit status: 0 done, 1 something stayed, 2 could not run.`}`)
  .action(async (options: ReclaimArguments & { readonly dryRun?: boolean }) => (await import('./reclaim')).reclaimSpace(options.dryRun === true ? { ...options, yes: false } : options));

const registry = program.command('registry').description(help`Run a registry of your own, and list, push and delete what lies in one.`);

registry
  .command('start')
  .description(help`Start a registry in a container, reachable from the machine of the engine only.`)
  .option('--image <image>', help`registry:2, or an image that is configured like Docker's`, 'registry:2')
  .option('--name <name>', help`name of the container`, 'trtc-registry')
  .option('--port <port>', help`port on the loopback address`, readPort, 5000)
  .option('--data <folder>', help`folder on the engine's machine; by default a volume`)
  .option('--json', help`print JSON`)
  .option(...CONTEXT)
  .action(async (options: RegistryArguments) => (await import('./registry')).start(options));

registry
  .command('stop')
  .description(help`Remove the container of the registry; its data stay.`)
  .option('--name <name>', help`name of the container`)
  .option(...CONTEXT)
  .action(async (options: RegistryArguments) => (await import('./registry')).stop(options));

registry
  .command('clean')
  .description(help`Free the space of deleted tags. Nobody should push meanwhile.`)
  .option('--name <name>', help`name of the container`)
  .option(...CONTEXT)
  .action(async (options: RegistryArguments) => (await import('./registry')).clean(options));

registry
  .command('list')
  .description(help`Print the repositories of a registry, or the tags of a repository.`)
  .argument('<registry>', help`localhost:5000, or localhost:5000/NAME`)
  .option('--insecure', help`try plain HTTP, as is done for localhost`)
  .option('--json', help`print JSON`)
  .action(async (target: string, options: RegistryArguments) => (await import('./registry')).list(target, options));

registry
  .command('delete')
  .description(help`Delete a tag.`)
  .argument('<reference>', 'localhost:5000/NAME:TAG')
  .option('--with-others', help`also other tags of the same image, where the registry cannot tell them apart`)
  .option('--insecure', help`try plain HTTP, as is done for localhost`)
  .option('--json', help`print JSON`)
  .addHelpText('after', `\n${help`Exit status: 0 deleted, 1 not there or kept, 2 could not run.`}`)
  .action(async (reference: string, options: RegistryArguments) => (await import('./registry')).remove(reference, options));

registry
  .command('push')
  .description(help`Give an image a name and push it, with the docker command line's credentials.`)
  .argument('<image>', help`name or id`)
  .argument('<reference>', 'localhost:5000/NAME:TAG')
  .option(...CONTEXT)
  .action(async (image: string, reference: string, options: RegistryArguments) => (await import('./registry')).push(image, reference, options));

program
  .command('mcp')
  .description(help`Serve the engine to assistants by the Model Context Protocol, on standard input and output; files below the working folder can be read.`)
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
