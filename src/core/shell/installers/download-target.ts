import { baseName } from '../../text/path';
import { Traced, type Piece } from '../../text/traced';
import type { ShellCommand, ShellWord } from '../model';
import { hasOption, optionStyle, optionValue, optionValues, parseArguments } from './arguments';
import { outputFile } from './written-text';

/** One URL that a command fetches, and the file that it goes to. */
export interface FetchedUrl {
  readonly url: Traced;
  /** Undefined for a file named by its URL in the current folder, and for the standard output. */
  readonly output: Traced | undefined;
  readonly standardOutput: boolean;
}

const WGET = optionStyle(
  '-O --output-document -P --directory-prefix -o --output-file -a --append-output -t --tries -T --timeout -U --user-agent -e --execute -i --input-file -w --wait -Q --quota -l --level -A --accept -R --reject -B --base --header --user --password --waitretry --retry-on-http-error --read-timeout --connect-timeout --dns-timeout --limit-rate --progress --post-data --load-cookies --save-cookies --ca-certificate --secure-protocol --method --referer --compression --cut-dirs',
);
const CURL = optionStyle(
  '-o --output -H --header -d --data --data-raw --data-binary -u --user -A --user-agent -e --referer -x --proxy -X --request -C --continue-at -b --cookie -c --cookie-jar -F --form -m --max-time -T --upload-file -E --cert --cacert --key -w --write-out -r --range -y -Y -z --retry --retry-delay --retry-max-time --connect-timeout --output-dir --proto --proto-redir --resolve --url --limit-rate --ciphers -D --dump-header -K --config -t --oauth2-bearer',
);
const ARIA = optionStyle('-o --out -d --dir -x --max-connection-per-server -s --split -j --max-concurrent-downloads -k --min-split-size -m --max-tries -t --timeout -i --input-file --header --user-agent --referer --retry-wait');

/** URLs that wget, curl, aria2c or axel fetch; empty for other commands. */
export function fetchedUrls(command: ShellCommand): readonly FetchedUrl[] {
  switch (command.name) {
    case 'wget': {
      const args = parseArguments(command.words.filter(({ text }) => !/^-n[a-zA-Z]$/.test(text.value)), 1, WGET);
      const output = optionValue(args, '-O', '--output-document');
      const folder = optionValue(args, '-P', '--directory-prefix');
      return urlsOf(args.operands).map((url) => target(command, url, output ?? (folder && inFolder(folder, url)), false));
    }
    case 'curl': {
      const args = parseArguments(command.words, 1, CURL);
      const output = optionValue(args, '-o', '--output');
      const folder = optionValue(args, '--output-dir');
      const named = hasOption(args, '-O', '--remote-name', '--remote-name-all');
      const urls = [...urlsOf(args.operands), ...optionValues(args, '--url')];
      return urls.map((url) => target(command, url, named && folder !== undefined ? inFolder(folder, url) : output, !named && output === undefined));
    }
    case 'aria2c':
    case 'axel': {
      const args = parseArguments(command.words, 1, ARIA);
      const output = optionValue(args, '-o', '--out', '--output');
      const folder = command.name === 'axel' ? undefined : optionValue(args, '-d', '--dir');
      return urlsOf(args.operands).map((url) => target(command, url, folder === undefined ? output : inFolder(folder, output ?? url), false));
    }
    default:
      return [];
  }
}

function urlsOf(words: readonly ShellWord[]): readonly Traced[] {
  return words.flatMap(({ text }) => (/^[a-z]+:\/\/|^[\w.-]+\.\w{2,}\/|^\uFFFC/.test(text.value) ? [text] : []));
}

function target(command: ShellCommand, url: Traced, output: Traced | undefined, streams: boolean): FetchedUrl {
  const standardOutput = streams || output?.value === '-' || output?.value === '/dev/stdout';
  return { url, output: standardOutput ? outputFile(command)?.path : output, standardOutput };
}

/** The file that a URL has in a folder. */
function inFolder(folder: Traced, url: Traced): Traced {
  const path = url.value.replace(/[?#].*$/, '');
  const name = baseName(path);
  const start = path.lastIndexOf(name);
  const at = folder.pieces[0];
  const slash: readonly Piece[] = at === undefined || folder.value.endsWith('/') ? [] : [{ ...at, text: '/', verbatim: false }];
  return new Traced([...folder.pieces, ...slash, ...url.slice(start, start + name.length).pieces]);
}
