/** Whole numbers from 0 up to, not including, `limit`. */
export type Random = (limit: number) => number;

/** The same numbers for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** What means something to one of the readers. */
const TOKENS = [
  ...['\\', '\\\n', '\\ \n', '\\\n\n', '\\\n# c\n', '`\n', '\n', '\r\n', '\r', '\n\n', '\t', ' ', '\v', '\u00a0', '\u2028', '\uFEFF'],
  ...['#', '# ', '"', "'", '`', '$', '${', '}', '$(', ')', '$((', '))', '((', '[', ']', '[[', ']]', '{', '{a,b}', '(', '|', '||', '&', '&&', ';', ';;', '!'],
  ...['<', '<<', '<<EOF', '<<-EOF\n', "<<'E F'", '\nEOF\n', '<<<', '<(', '>', '>&2', '2>&1', '3<<E'],
  ...[':-', ':+', ':?', '%', '%%', '##', '//', '/', '^^', ',,', ':0:2', '$1', '$@', '$V', '${V:-', '${V%.*}', '${A//./-}', '*', '?', '~', '='],
  ...['FROM ', 'FROM a AS b\n', 'ARG A\n', 'ARG A=1 B\n', 'ENV A=1\n', 'ENV A b\n', 'RUN ', 'COPY ', 'COPY --from=0 ', 'ONBUILD ', 'CMD [', 'SHELL ["', 'HEALTHCHECK CMD '],
  ...['--platform=', '--mount=type=bind,source=a,target=b ', '-- ', '--x', '["a", "b"]', '[]', '# escape=`\n', '# syntax=x\n', '# trtc ignore=a -- b\n'],
  ...['if ', 'then ', 'else ', 'fi', 'for a in ', 'do ', 'done', 'case x in ', 'esac', 'while ', 'function f ', 'eval ', 'bash -c "', 'sudo ', 'set -e\n', 'cd /x\n'],
  ...['apt-get install -y ', 'pip install ', '==', '>=', '~=', '+cuda11.8', '-r ', '-f ', '@ ', '; python_version', 'é', '\u00df', '😀', '\ud83d', '0', '9'.repeat(40), '1.2.3.4'],
];

/** Changes `text` in a few places; `others` are texts that parts may be taken from. The result has 200 lines at most. */
export function mutate(text: string, others: readonly string[], random: Random): string {
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
  let result = text;
  for (let count = 1 + random(6); count > 0; count--) {
    const at = random(result.length + 1);
    switch (random(9)) {
      case 0:
      case 1:
      case 2:
        result = result.slice(0, at) + pick(TOKENS) + result.slice(at);
        break;
      case 3:
        result = result.slice(0, at) + result.slice(at + 1 + random(8));
        break;
      case 4: {
        const lines = result.split('\n');
        const line = random(lines.length);
        lines.splice(random(lines.length), random(2), lines[line] ?? '');
        result = lines.join('\n');
        break;
      }
      case 5: {
        const from = random(result.length + 1);
        result = result.slice(0, at) + result.slice(from, from + random(80)) + result.slice(at);
        break;
      }
      case 6: {
        const other = pick(others);
        const from = random(other.length + 1);
        result = result.slice(0, at) + other.slice(from, from + random(200)) + result.slice(at);
        break;
      }
      case 7:
        result = random(8) === 0 ? result.slice(0, at) : result.slice(0, at) + pick(TOKENS).repeat(random(40)) + result.slice(at);
        break;
      case 8:
        if (random(4) === 0) result = result.replace(/\r?\n/g, '\r\n');
        break;
    }
  }
  return result.split('\n').slice(0, 200).join('\n');
}
