import { formatText, msg, type Text } from '../core/l10n/message';
import { say } from './language';

/**
 * Something that the person at the keyboard can mend; shown as its one line, never with a stack trace. Exit status 2.
 * `message` has it in English, for records and programs; `said` is what people are told.
 */
export class Failure extends Error {
  constructor(readonly said: Text) {
    super(formatText(said));
  }
}

/** Several faults as one failure, each on its line. */
export function joinLines(faults: readonly Text[]): Text {
  return faults.reduce((all, fault) => msg`${all}\n      ${fault}`);
}

/** Tells people of something beside the output. */
export function complain(text: Text): void {
  console.error(`trtc: ${say(text)}`);
}

/** What a failed system call means to a reader: `not found`, `permission denied` … */
export function explainSystemError(error: unknown): Text {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'ENOENT':
      return msg`not found`;
    case 'EACCES':
    case 'EPERM':
      return msg`permission denied`;
    case 'ENOTDIR':
      return msg`a part of the path is not a folder`;
    case 'EROFS':
      return msg`the file system is read-only`;
    case 'ENOSPC':
      return msg`no space left on the disk`;
    case 'ELOOP':
      return msg`too many symbolic links`;
    default:
      return code ?? (error instanceof Error ? error.message : String(error));
  }
}
