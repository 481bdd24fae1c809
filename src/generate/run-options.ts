import { note, type Note, type Setting } from './model';

/** How often an option of `docker run` may stand: once (the last counts), several times, or as a switch without a value. */
type Kind = 'one' | 'many' | 'switch';

/** An option of `docker run`, and the attribute of a Compose service that takes the same value; empty where another form does or none. */
export interface RunOption {
  readonly name: string;
  readonly short: string | undefined;
  readonly kind: Kind;
  readonly compose: string;
}

// Options of docker run of Docker 28 (https://docs.docker.com/reference/cli/docker/container/run/, checked 2026-11-20) and
// attributes of a service (https://github.com/compose-spec/compose-spec/blob/main/05-services.md, checked 2026-11-20).
const TABLE = `
--add-host . many extra_hosts
--annotation . many annotations
--attach -a many
--blkio-weight . one
--blkio-weight-device . many
--cap-add . many cap_add
--cap-drop . many cap_drop
--cgroup-parent . one cgroup_parent
--cgroupns . one cgroup
--cidfile . one
--cpu-period . one cpu_period
--cpu-quota . one cpu_quota
--cpu-rt-period . one cpu_rt_period
--cpu-rt-runtime . one cpu_rt_runtime
--cpu-shares -c one cpu_shares
--cpus . one cpus
--cpuset-cpus . one cpuset
--cpuset-mems . one
--detach -d switch
--detach-keys . one
--device . many devices
--device-cgroup-rule . many device_cgroup_rules
--device-read-bps . many
--device-read-iops . many
--device-write-bps . many
--device-write-iops . many
--disable-content-trust . switch
--dns . many dns
--dns-option . many dns_opt
--dns-search . many dns_search
--domainname . one domainname
--entrypoint . one entrypoint
--env -e many environment
--env-file . many env_file
--expose . many expose
--gpus . one
--group-add . many group_add
--health-cmd . one
--health-interval . one
--health-retries . one
--health-start-interval . one
--health-start-period . one
--health-timeout . one
--help . switch
--hostname -h one hostname
--init . switch init
--interactive -i switch stdin_open
--ip . one
--ip6 . one
--ipc . one ipc
--isolation . one isolation
--kernel-memory . one
--label -l many labels
--label-file . many label_file
--link . many links
--link-local-ip . many
--log-driver . one
--log-opt . many
--mac-address . one mac_address
--memory -m one mem_limit
--memory-reservation . one mem_reservation
--memory-swap . one memswap_limit
--memory-swappiness . one mem_swappiness
--mount . many
--name . one container_name
--network . one network_mode
--network-alias . many
--no-healthcheck . switch
--oom-kill-disable . switch oom_kill_disable
--oom-score-adj . one oom_score_adj
--pid . one pid
--pids-limit . one pids_limit
--platform . one platform
--privileged . switch privileged
--publish -p many ports
--publish-all -P switch
--pull . one pull_policy
--quiet -q switch
--read-only . switch read_only
--restart . one restart
--rm . switch
--runtime . one runtime
--security-opt . many security_opt
--shm-size . one shm_size
--sig-proxy . switch
--stop-signal . one stop_signal
--stop-timeout . one
--storage-opt . many
--sysctl . many sysctls
--tmpfs . many tmpfs
--tty -t switch tty
--ulimit . many ulimits
--user -u one user
--userns . one userns_mode
--uts . one uts
--volume -v many volumes
--volume-driver . one
--volumes-from . many volumes_from
--workdir -w one working_dir`;

const OPTIONS: readonly RunOption[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [name = '', short, kind, compose = ''] = line.split(' ');
    return { name, short: short === '.' ? undefined : short, kind: kind as Kind, compose };
  });
const BY_NAME = new Map(OPTIONS.map((option) => [option.name, option]));
const BY_SHORT = new Map(OPTIONS.flatMap((option) => (option.short === undefined ? [] : [[option.short, option] as const])));
/** Other names that docker run accepts. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['--net', '--network'],
  ['--net-alias', '--network-alias'],
  ['--dns-opt', '--dns-option'],
]);
/** Spellings of a switch that is off. */
const OFF = /^(?:0|f|false)$/i;

/** An option by its long name; undefined for one that docker run of Docker 28 does not have. */
export function findRunOption(name: string): RunOption | undefined {
  return BY_NAME.get(name);
}

/** All options of docker run of Docker 28. */
export function listRunOptions(): readonly RunOption[] {
  return OPTIONS;
}

/** What words after `docker run` say. */
export interface RunWords {
  readonly settings: readonly Setting[];
  /** The image and its command: what follows the options. */
  readonly rest: readonly string[];
  readonly notes: readonly Note[];
}

/** Long options among words that docker run of Docker 28 does not have. */
export function listUnknownOptions(words: readonly string[]): readonly string[] {
  return words.filter((word) => /^--[\w-]+$/.test(word) && !BY_NAME.has(ALIASES.get(word) ?? word));
}

/**
 * Reads words as docker run does: `-it`, `-p80:80`, `--name=x`, `--name x`; the first that is no option ends them. An
 * option that is not known takes the next word for its value, unless it is named in `switches`.
 */
export function readRunWords(words: readonly string[], switches: readonly string[] = []): RunWords {
  const settings: Setting[] = [];
  const notes: Note[] = [];
  let i = 0;
  const add = (option: RunOption | undefined, name: string, joined: string | undefined): void => {
    if (option?.kind === 'switch') {
      if (!OFF.test(joined ?? '')) settings.push({ option: option.name });
      return;
    }
    if (option === undefined) notes.push(note('{option} is no option of docker run that is known here; it is kept as it is.', { option: name }));
    if (switches.includes(name)) {
      settings.push({ option: name });
      return;
    }
    const value = joined ?? words[++i];
    if (value === undefined) notes.push(note('{option} has no value.', { option: name }));
    else settings.push({ option: option?.name ?? name, value });
  };
  for (; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') {
      i++;
      break;
    }
    if (word.startsWith('--')) {
      const at = word.indexOf('=');
      const name = at < 0 ? word : word.slice(0, at);
      add(BY_NAME.get(ALIASES.get(name) ?? name), name, at < 0 ? undefined : word.slice(at + 1));
    } else if (word.startsWith('-') && word.length > 1) {
      readShort(word, add);
    } else break;
  }
  return { settings, rest: words.slice(i), notes };
}

/** `-it`, `-p80:80`, `-e=A=b`: letters up to the first that takes a value, which is what is left or the next word. */
function readShort(word: string, add: (option: RunOption | undefined, name: string, joined: string | undefined) => void): void {
  for (let at = 1; at < word.length; at++) {
    const name = `-${word.charAt(at)}`;
    const option = BY_SHORT.get(name);
    const rest = word.slice(at + 1);
    if (option?.kind === 'switch' && !rest.startsWith('=')) {
      add(option, name, undefined);
      continue;
    }
    add(option, name, rest === '' ? undefined : rest.replace(/^=/, ''));
    return;
  }
}

/** The value of an option that stands once. */
export function findSetting(settings: readonly Setting[], option: string): string | undefined {
  return settings.findLast((setting) => setting.option === option)?.value;
}

/** The values of an option that may stand several times. */
export function listSettings(settings: readonly Setting[], option: string): readonly string[] {
  return settings.flatMap((setting) => (setting.option === option && setting.value !== undefined ? [setting.value] : []));
}

/** True when a switch is on, or an option is there at all. */
export function hasSetting(settings: readonly Setting[], option: string): boolean {
  return settings.some((setting) => setting.option === option);
}

/** Settings in the order of first mention without doubles: of an option that stands once the last value, no value of another twice. */
export function tidySettings(settings: readonly Setting[]): readonly Setting[] {
  const kept = new Map<string, Setting>();
  for (const setting of settings) {
    const once = findRunOption(setting.option)?.kind === 'one';
    kept.set(once ? setting.option : keyOf(setting), setting);
  }
  return [...kept.values()];
}

/** Two variables of one name are one, of which the last counts. */
function keyOf({ option, value = '' }: Setting): string {
  return option === '--env' ? `--env ${value.split('=')[0] ?? ''}` : `${option} ${value}`;
}
