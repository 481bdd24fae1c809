import type { Traced } from '../../text/traced';
import type { ShellCommand } from '../model';
import { hasOption, optionStyle, optionValue, optionValues, parseArguments, placeOf } from './arguments';
import { fetchedUrls } from './download-target';
import type { Action, Installer, RepositoryKey } from './model';

const KEY_FOLDER = /^(?:\/usr\/share\/keyrings|\/etc\/apt\/(?:keyrings|trusted\.gpg\.d)|\/etc\/pki\/rpm-gpg)\//;
const STYLE = optionStyle('-o --output --keyserver --keyring --homedir --fetch-keys --keyserver-options --options --primary-keyring');

function key(command: ShellCommand, tool: RepositoryKey['tool'], url: Traced | undefined, keyId: string | undefined, removed = false): Action {
  return { kind: 'repository-key', ...placeOf(command), tool, url, keyId, removed };
}

/** Key ids and fingerprints among the words; `3bf863cc.pub` names its key too. */
function keyIds(words: readonly string[]): readonly string[] {
  return words.flatMap((word) => /(?:^|\/)(?:0x)?([0-9A-Fa-f]{8,40})(?:\.pub|\.asc)?$/.exec(word)?.[1] ?? []);
}

/** URL of what the pipeline feeds into this command. */
function pipedUrl(command: ShellCommand, pipeline: readonly ShellCommand[]): Traced | undefined {
  return pipeline.filter((other) => other.pipelineIndex < command.pipelineIndex).flatMap((other) => fetchedUrls(other))[0]?.url;
}

/** `apt-key add`, `apt-key adv --fetch-keys URL`, `apt-key adv --recv-keys ID`, `apt-key del ID`. */
export const aptKey: Installer = {
  names: ['apt-key'],
  recognise(command, context, pipeline) {
    const args = parseArguments(command.words, 1, STYLE);
    const [verb, ...operands] = args.operands.map(({ text }) => text);
    const ids = keyIds(operands.map(({ value }) => value));
    switch (verb?.value) {
      case 'add': {
        const file = operands[0];
        const url = file === undefined || file.value === '-' ? pipedUrl(command, pipeline) : context.downloadUrl?.(file.value);
        return [key(command, 'apt-key', url, ids[0] ?? keyIds(url === undefined ? [] : [url.value])[0])];
      }
      case 'adv': {
        const fetched = [...optionValues(args, '--fetch-keys'), ...operands.filter(({ value }) => value.includes('://'))];
        if (fetched.length > 0) return fetched.map((url) => key(command, 'apt-key', url, keyIds([url.value])[0]));
        return ids.map((id) => key(command, 'apt-key', undefined, id));
      }
      case 'del':
        return ids.map((id) => key(command, 'apt-key', undefined, id, true));
      default:
        return [];
    }
  },
};

/** `curl URL | gpg --dearmor -o KEYRING`, `gpg --keyserver … --recv-keys ID`. */
export const gpg: Installer = {
  names: ['gpg', 'gpg2'],
  recognise(command, context, pipeline) {
    const args = parseArguments(command.words, 1, STYLE);
    const operands = args.operands.map(({ text }) => text);
    if (hasOption(args, '--recv-keys', '--recv-key', '--recv')) {
      return keyIds(operands.map(({ value }) => value)).map((id) => key(command, 'gpg', undefined, id));
    }
    if (hasOption(args, '--dearmor', '--import')) {
      const file = operands[0];
      const url = file === undefined || file.value === '-' ? pipedUrl(command, pipeline) : context.downloadUrl?.(file.value);
      return url === undefined ? [] : [key(command, 'gpg', url, keyIds([url.value])[0])];
    }
    const url = optionValue(args, '--fetch-keys');
    return url === undefined ? [] : [key(command, 'gpg', url, keyIds([url.value])[0])];
  },
};

/** A key file fetched straight into a folder of keyrings. */
export const fetchedKeys: Installer = {
  names: ['wget', 'curl'],
  recognise: (command) =>
    fetchedUrls(command).flatMap(({ url, output }) =>
      output !== undefined && KEY_FOLDER.test(output.value) ? [key(command, 'gpg', url, keyIds([url.value])[0])] : [],
    ),
};
