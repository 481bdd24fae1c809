import { decodeError, formatDecoded, type DecodedError } from '../core/decode/decode-error';
import { msg, type Message } from '../core/l10n/message';
import { LineIndex } from '../core/text/line-index';
import { language, say } from './language';
import { readLog, readStandardLog } from './log-input';
import { createPaint, wantsColor, type Paint } from './terminal';
import { makeVisible } from './visible';

/** Options of `trtc decode`. */
export interface DecodeArguments {
  readonly json?: boolean;
}

/** `trtc decode`: names the known errors of a log, with cause, check and remedy. Exit status 1 where there are some. Throws Failure for a file that cannot be read. */
export async function decode(file: string, { json }: DecodeArguments): Promise<void> {
  const text = file === '-' ? await readStandardLog() : readLog(file);
  const errors = decodeError(text);
  if (errors.length > 0) process.exitCode = 1;
  const lines = new LineIndex(text);
  process.stdout.write(json === true ? `${JSON.stringify({ version: 1, errors: errors.map((error) => describe(error, lines)) }, undefined, 2)}\n` : renderErrors(errors, lines, createPaint(wantsColor(process.stdout))));
}

/** An error as JSON; its schema is media/schemas/decode-output.schema.json. */
function describe({ range, ...error }: DecodedError, lines: LineIndex): object {
  const texts = formatDecoded({ range, ...error });
  const { line, character } = lines.positionAt(range.start);
  const { id, tool, phase, severity, times, values, sources, checked } = error;
  return { id, tool, phase, severity, line: line + 1, column: character + 1, text: error.line, times, values, ...texts, sources, checked };
}

function renderErrors(errors: readonly DecodedError[], lines: LineIndex, paint: Paint): string {
  if (errors.length === 0) return `${say(msg`No known error is in this text.`)}\n`;
  return errors.map((error) => renderError(error, lines, paint)).join('\n');
}

function renderError(error: DecodedError, lines: LineIndex, paint: Paint): string {
  const { cause, checks, remedies } = formatDecoded(error, language()?.translations);
  const list = (title: Message, items: readonly string[]): string => (items.length === 0 ? '' : `  ${say(title)}\n${items.map((item) => `    - ${makeVisible(item)}\n`).join('')}`);
  const color = error.severity === 'error' ? paint.red : paint.yellow;
  const line = lines.positionAt(error.range.start).line + 1;
  const place = say(error.times > 1 ? msg`line ${line}, ${error.times} times` : msg`line ${line}`);
  return [
    `${color(error.severity)} ${paint.bold(error.tool)} ${paint.dim(`${place}  ${error.id}`)}\n`,
    `  ${paint.dim(makeVisible(error.line))}\n`,
    `  ${makeVisible(cause)}\n`,
    list(msg`Check`, checks),
    list(msg`Mend`, remedies),
    ...error.sources.slice(0, 2).map((source) => `  ${paint.dim(source)}\n`),
  ].join('');
}
