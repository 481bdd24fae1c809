// Logs on their way to a terminal: colours stay, everything else that a terminal would obey is taken out.

/** An escape sequence that is longer than this is none. */
const LONGEST_SEQUENCE = 4096;

/** A whole sequence at the beginning: CSI; OSC, DCS and the like up to their end; other escapes. */
 
const SEQUENCE = /^(?:\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-OQ-WYZ\\`-~])/;

/** The beginning of one, whose end may be in the next piece. */
 
const UNFINISHED = /^\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]*\u001b?|[ -/]*)$/;

/** Select graphic rendition: colours and weights. */
 
const COLOUR = /^\u001b\[[\d;:]*m$/;

/** Control characters but tab and line feed, C1 codes, and marks that turn the direction of writing. */
 
const HARMFUL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Makes the pieces of a log safe for a terminal, one after another: a sequence may be cut between two of them. */
export class LogFilter {
  #rest = '';

  /** The part of the log up to the end of `text`, with the line ends of a terminal. */
  push(text: string): string {
    let input = this.#rest + text;
    this.#rest = '';
    // Its line feed may be in the next piece.
    if (input.endsWith('\r')) {
      this.#rest = '\r';
      input = input.slice(0, -1);
    }
    let output = '';
    let at = 0;
    while (at < input.length) {
      const escape = input.indexOf('\u001b', at);
      output += clean(input.slice(at, escape < 0 ? undefined : escape));
      if (escape < 0) break;
      const tail = input.slice(escape, escape + LONGEST_SEQUENCE);
      const sequence = SEQUENCE.exec(tail)?.[0];
      if (sequence === undefined && tail.length < LONGEST_SEQUENCE && UNFINISHED.test(tail)) {
        this.#rest = tail + this.#rest;
        break;
      }
      if (sequence !== undefined && COLOUR.test(sequence)) output += sequence;
      at = escape + (sequence?.length ?? 1);
    }
    return output;
  }
}

function clean(text: string): string {
  return text
    .replace(/\r+\n/g, '\n')
    .replace(HARMFUL, '')
    .replace(/\r/g, '\n')
    .replace(/\n/g, '\r\n');
}
