import { listItems, type Data, type Scalar } from '../data/model';
import { isRunSwitch } from '../facts/docker-run';
import type { RunOption } from './model';

/** The elements of `runArgs` as the options that `docker run` makes of them. */
export function readRunOptions(runArgs: Data | undefined): readonly RunOption[] {
  const items = listItems(runArgs).filter((item): item is Scalar => item.kind === 'scalar');
  const options: RunOption[] = [];
  for (let i = 0; i < items.length; i++) {
    const node = items[i];
    if (node === undefined) break;
    const text = node.text.value;
    const long = /^(--[a-z][\w-]*)(?:=([\s\S]*))?$/.exec(text);
    const short = /^(-[A-Za-z])([\s\S]*)$/.exec(text);
    const name = long?.[1] ?? short?.[1] ?? text;
    const joined = long?.[2] ?? (short === null || short[2] === '' ? undefined : short[2]?.replace(/^=/, ''));
    if (joined !== undefined) options.push({ name, value: joined, node, valueNode: node });
    else if (!text.startsWith('-') || isRunSwitch(name)) options.push({ name, value: undefined, node, valueNode: undefined });
    else {
      const valueNode = items[++i];
      options.push({ name, value: valueNode?.text.value, node, valueNode });
    }
  }
  return options;
}
