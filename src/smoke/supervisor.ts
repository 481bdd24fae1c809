// Runs several steps in one container, by the image's own shell: each with a time limit of its own, so that one that
// hangs or crashes does not keep the others from running. The same script serves Docker and Kubernetes.
import { FILES, WORK } from './files';
import type { Command, ContainerFile, Step, StepResult } from './model';

/** Of a step's output so much is kept, its end. */
const OUTPUT_BYTES = 64 * 1024;

/** Begins every line of the supervisor; the nonce behind it keeps programs from printing one by chance. */
const MARK = '@@trtc:';

/** Name of the script in the container. */
const SUPERVISOR = `${FILES}/run.sh`;

// POSIX shell, with what busybox and coreutils have. setsid gives a step a process group, so that it is ended with all
// that it started; where it is missing the step alone is ended. tail reads a step's output to its end, however long it is.
const SCRIPT = `mark="$1"
files=${FILES}
for folder in /trtc-smoke/work /tmp /var/tmp /dev/shm; do
  if mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ]; then TRTC_WORK="$folder"; break; fi
done
export TRTC_WORK
if command -v setsid >/dev/null 2>&1; then group=-; own=setsid; else group=; own=; fi

killed() {
  for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r "$file" ] && while read -r name value; do [ "$name" = oom_kill ] && echo "$value"; done <"$file"
  done
}

step() {
  before=$(killed)
  rm -f "$TRTC_WORK/trtc-late" "$TRTC_WORK/trtc-status"
  echo "$mark:begin:$1"
  {
    $own /bin/sh "$files/step-$1.sh" "$mark" </dev/null 2>&1 &
    child=$!
    ( sleep "$2"; : >"$TRTC_WORK/trtc-late"; kill -9 "$group$child" ) >/dev/null 2>&1 &
    watcher=$!
    wait "$child"
    echo "$?" >"$TRTC_WORK/trtc-status"
    kill "$watcher" "$group$child" 2>/dev/null
    kill -9 "$group$child" 2>/dev/null
  } 2>/dev/null | tail -c ${OUTPUT_BYTES}
  read -r status <"$TRTC_WORK/trtc-status"
  late=no; [ -e "$TRTC_WORK/trtc-late" ] && late=yes
  memory=no; [ "$before" = "$(killed)" ] || memory=yes
  echo
  echo "$mark:end:$1:$status:$late:$memory"
}
`;

/** The files of a batch: the supervisor and one script a step, by its index. */
export function supervise(steps: readonly Step[]): readonly ContainerFile[] {
  const calls = steps.map(({ timeoutMs }, i) => `step ${i} ${Math.max(1, Math.ceil(timeoutMs / 1000))}\n`).join('');
  return [
    { path: SUPERVISOR, content: `${SCRIPT}\n${calls}echo "$mark:done"\n`, mode: 0o644 },
    ...steps.map((step, i) => ({ path: `${FILES}/step-${i}.sh`, content: stepScript(step), mode: 0o644 })),
  ];
}

/** Arguments of `/bin/sh` that start the supervisor. */
export function supervisorArguments(nonce: string): readonly string[] {
  return [SUPERVISOR, MARK + nonce];
}

function stepScript({ commands }: Step): string {
  return commands.map(commandScript).join('');
}

function commandScript({ programs, args }: Command, index: number): string {
  const words = args.map(quote).join(' ');
  return `program=
for candidate in ${programs.map(quote).join(' ')}; do
  if command -v "$candidate" >/dev/null 2>&1; then program=$candidate; break; fi
done
if [ -z "$program" ]; then echo; echo "$1:absent"; exit 127; fi
echo "$1:command:${index}"
"$program" ${words}
status=$?
if [ "$status" != 0 ]; then exit "$status"; fi
`;
}

/** A word as the shell takes it literally, but for the work folder. */
function quote(word: string): string {
  return word
    .split(WORK)
    .map((part) => `'${part.replaceAll("'", `'\\''`)}'`)
    .join('"$TRTC_WORK"');
}

/** What the supervisor has told so far. */
interface Told {
  readonly index: number;
  readonly result: Omit<StepResult, 'durationMs' | 'timeoutMs'>;
}

/** Reads what a supervisor prints, piece by piece, as it comes. */
export class SupervisorReader {
  readonly #mark: string;
  readonly #onBegin: (index: number) => void;
  readonly #onEnd: (told: Told) => void;
  #rest = '';
  #lines: string[] = [];
  #done = false;

  constructor(nonce: string, onBegin: (index: number) => void, onEnd: (told: Told) => void) {
    this.#mark = MARK + nonce;
    this.#onBegin = onBegin;
    this.#onEnd = onEnd;
  }

  /** Every step has had its turn. */
  get done(): boolean {
    return this.#done;
  }

  /** Takes in more output. */
  read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line.replace(/\r$/, ''));
  }

  #readLine(line: string): void {
    if (!line.startsWith(this.#mark)) {
      this.#lines.push(line);
      return;
    }
    const [word = '', index = '', status = '', late = '', memory = ''] = line.slice(this.#mark.length + 1).split(':');
    if (word === 'begin') {
      this.#lines = [];
      this.#onBegin(Number(index));
    } else if (word === 'end') {
      const state = late === 'yes' ? 'timed-out' : this.#lines.includes(ABSENT) ? 'absent' : 'ran';
      const output = this.#lines.filter((text) => text !== ABSENT).join('\n').trim();
      this.#onEnd({ index: Number(index), result: { state, status: /^\d+$/.test(status) ? Number(status) : null, output, outOfMemory: memory === 'yes', refusal: null } });
    } else if (word === 'absent') {
      this.#lines.push(ABSENT);
    } else if (word === 'done') {
      this.#done = true;
    }
  }
}

/** Stands among the lines of a step for "a program is missing"; no line of output has a NUL in it. */
const ABSENT = '\0absent';
