// Asks this machine. Only fixed programs of the PATH with fixed arguments are run, and nothing is written.
import { access, readdir, readFile, readlink, realpath, stat, statfs } from 'node:fs/promises';
import { homedir, hostname, release, tmpdir } from 'node:os';
import path from 'node:path';
import { NotStarted, run } from '../process/run';
import {
  isWslKernel,
  placeOfEngine,
  type CommandName,
  type CommandOutcome,
  type EngineEvidence,
  type FileOutcome,
  type FolderOutcome,
  type HostEvidence,
  type MachineEvidence,
  type PciGpu,
  type ProgramName,
} from './evidence';

/** nvidia-smi takes seconds where many GPUs wake up; one that hangs is a finding. */
const TIMEOUT_MS = 15_000;
/** CDI specifications of machines with many GPUs have some 100 kB. */
const MAXIMUM_FILE_BYTES = 512 * 1024;

const COMMANDS: Readonly<Record<CommandName, readonly [string, ...string[]]>> = {
  smi: ['nvidia-smi'],
  smiGpus: ['nvidia-smi', '--query-gpu=index,name,driver_version,memory.total', '--format=csv,noheader'],
  // On its own: older drivers refuse the whole query for this column.
  smiCapabilities: ['nvidia-smi', '--query-gpu=index,compute_cap', '--format=csv,noheader'],
  // On its own for the same reason; drivers before 535 do not know it.
  smiFabric: ['nvidia-smi', '--query-gpu=index,fabric.state', '--format=csv,noheader'],
  ctk: ['nvidia-ctk', '--version'],
  ctkCdi: ['nvidia-ctk', 'cdi', 'list'],
  containerCli: ['nvidia-container-cli', '--version'],
  dpkg: ['dpkg-query', '-W', '-f', '${db:Status-Abbrev} ${Package} ${Version}\\n', '*nvidia*'],
  rpm: ['rpm', '-qa', '*nvidia*'],
};

/** What a check is told, and how it is stopped. */
export interface CollectOptions {
  /** What the engine says; the caller asks it (readEngineInfo of src/docker). */
  readonly engine: EngineEvidence;
  readonly signal?: AbortSignal;
}

/** Collects all that the probes judge. What cannot be read is noted as such; rejects with the signal's reason only. */
export async function collectHost({ engine, signal }: CollectOptions): Promise<HostEvidence> {
  // One after the other: nvidia-smi wakes the GPUs, which takes its time once.
  const outcomes: (readonly [CommandName, CommandOutcome])[] = [];
  let smiHangs = false;
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    // One that hangs does so again.
    const outcome: CommandOutcome = smiHangs && name.startsWith('smi') ? { argv: COMMANDS[name], status: null, stdout: '', stderr: '', problem: 'timed-out' } : await ask(COMMANDS[name], signal);
    if (name === 'smi') smiHangs = outcome.problem === 'timed-out';
    outcomes.push([name, outcome]);
  }
  const machine = {
    platform: process.platform,
    architecture: process.arch,
    hostName: hostname(),
    kernel: release(),
    userId: process.getuid?.() ?? null,
    inContainer: await isContainer(),
    commands: Object.fromEntries(outcomes) as Record<CommandName, CommandOutcome>,
    files: {
      kernelModule: await readText('/proc/driver/nvidia/version'),
      daemonJson: await readText('/etc/docker/daemon.json'),
      rootlessDaemonJson: await readText(path.join(process.env['XDG_CONFIG_HOME'] ?? path.join(homedir(), '.config'), 'docker/daemon.json')),
      toolkitConfig: await readText('/etc/nvidia-container-runtime/config.toml'),
      tegraRelease: await readText('/etc/nv_tegra_release'),
      osRelease: await readText('/etc/os-release'),
    },
    folders: {
      dev: await listFolder('/dev', (name) => name.startsWith('nvidia') || name === 'dxg'),
      cdi: await listFolder('/etc/cdi'),
      runCdi: await listFolder('/var/run/cdi'),
      wslLibraries: await listFolder('/usr/lib/wsl/lib'),
    },
    cdiSpecs: [],
    programs: {
      docker: await findProgram('docker'),
      'nvidia-container-runtime': await findProgram('nvidia-container-runtime'),
      'nvidia-container-runtime-hook': await findProgram('nvidia-container-runtime-hook'),
    } satisfies Record<ProgramName, string | null>,
    pciGpus: isWslKernel(release()) ? null : await listPciGpus(),
    secureBoot: await readSecureBoot(),
    // The control device of the driver has the numbers 195 and 255.
    hasDeviceLinks: await exists('/dev/char/195:255'),
    dataRoot: engine.info === null ? null : await readSpace(engine.info.dataRoot),
  } satisfies MachineEvidence;
  signal?.throwIfAborted();
  const specs = [machine.folders.cdi, machine.folders.runCdi].flatMap((folder) => ('names' in folder ? folder.names.filter(isNvidiaSpec).map((name) => path.join(folder.path, name)) : []));
  const isHere = placeOfEngine({ engine, machine }) === 'here';
  return {
    version: 1,
    collected: new Date().toISOString(),
    engine,
    machine: {
      ...machine,
      cdiSpecs: await Promise.all(specs.map(readText)),
      // A folder of this machine that has the same name is not the engine's.
      ...(!isHere && { dataRoot: null }),
    },
  };
}

async function ask([program, ...args]: readonly [string, ...string[]], signal: AbortSignal | undefined): Promise<CommandOutcome> {
  const argv = [program, ...args];
  try {
    // Not in the workspace's folder, which a PATH with an empty entry would search; in English, as it is read.
    const options = { cwd: tmpdir(), env: { ...process.env, LC_ALL: 'C' }, timeoutMs: TIMEOUT_MS };
    const result = await run(program, args, signal === undefined ? options : { ...options, signal });
    const { status, stdout, stderr, timedOut } = result;
    return { argv, status, stdout, stderr, problem: timedOut ? 'timed-out' : null };
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error;
    return { argv, status: null, stdout: '', stderr: '', problem: error.code === 'ENOENT' ? 'missing' : 'not-started' };
  }
}

async function readText(file: string): Promise<FileOutcome> {
  try {
    const { size, mtimeMs } = await stat(file);
    if (size > MAXIMUM_FILE_BYTES) return { path: file, code: 'EFBIG' };
    return { path: file, text: await readFile(file, 'utf8'), modifiedMs: Math.round(mtimeMs) };
  } catch (error) {
    return { path: file, code: codeOf(error) };
  }
}

async function listFolder(folder: string, wanted: (name: string) => boolean = () => true): Promise<FolderOutcome> {
  try {
    return { path: folder, names: (await readdir(folder)).filter(wanted).sort() };
  } catch (error) {
    return { path: folder, code: codeOf(error) };
  }
}

function isNvidiaSpec(name: string): boolean {
  return /nvidia.*\.(?:ya?ml|json)$/.test(name);
}

/** Where a program of the PATH, or of the folders of a root's PATH, really lies. */
async function findProgram(name: string): Promise<string | null> {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'].filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const file = path.join(folder, name);
    // snap links all its programs to one: the link tells more than where it leads.
    if (await exists(file)) return file.startsWith('/snap/') ? file : await realpath(file);
  }
  return null;
}

async function listPciGpus(): Promise<readonly PciGpu[] | null> {
  const root = '/sys/bus/pci/devices';
  try {
    const devices = await Promise.all(
      (await readdir(root)).map(async (name) => {
        const [vendor, kind] = await Promise.all([readFile(`${root}/${name}/vendor`, 'utf8'), readFile(`${root}/${name}/class`, 'utf8')]);
        // Vendor NVIDIA; class 03 is a display controller, 3D controllers among them.
        if (vendor.trim() !== '0x10de' || !kind.startsWith('0x03')) return undefined;
        const driver = await readlink(`${root}/${name}/driver`).catch(() => null);
        return { device: (await readFile(`${root}/${name}/device`, 'utf8')).trim(), driver: driver === null ? null : path.basename(driver) };
      }),
    );
    return devices.filter((device) => device !== undefined);
  } catch {
    return null;
  }
}

/** The firmware's variable: four bytes of attributes, then 1 where Secure Boot is on (UEFI specification; https://docs.kernel.org/filesystems/efivarfs.html). */
async function readSecureBoot(): Promise<boolean | null> {
  try {
    const state = (await readFile('/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'))[4];
    return state === undefined ? null : state === 1;
  } catch {
    return null;
  }
}

async function readSpace(folder: string): Promise<MachineEvidence['dataRoot']> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder);
    return { path: folder, totalBytes: bsize * blocks, availableBytes: bsize * bavail };
  } catch {
    return null;
  }
}

/** Docker and Podman each put a file into the root of a container. */
async function isContainer(): Promise<boolean> {
  return (await exists('/.dockerenv')) || (await exists('/run/.containerenv'));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unreadable';
}
