import type { Argument, HelpConfiguration, Option } from 'commander';
import { joinComma, msg, type Text } from '../core/l10n/message';
import { say } from './language';
import { widthOf } from './terminal';

/** Tag of a text of the help: its words in the language of the environment. */
export function help(text: TemplateStringsArray): string {
  return say(msg(text));
}

const TITLES: Readonly<Record<string, Text>> = { 'Usage:': msg`Usage:`, 'Arguments:': msg`Arguments:`, 'Options:': msg`Options:`, 'Commands:': msg`Commands:` };

/** What commander adds to the help, likewise. */
export const HELP_WORDS: HelpConfiguration = {
  styleTitle: (title) => say(TITLES[title] ?? title),
  displayWidth: widthOf,
  argumentDescription: (argument) => describe(argument, true),
  // A switch is off where it is not given.
  optionDescription: (option) => describe(option, option.required || option.optional),
};

function describe({ description, argChoices, defaultValue }: Argument | Option, hasValue: boolean): string {
  const notes = [
    ...(argChoices === undefined ? [] : [msg`choices: ${argChoices.map((choice) => JSON.stringify(choice)).join(', ')}`]),
    ...(defaultValue === undefined || !hasValue ? [] : [msg`default: ${JSON.stringify(defaultValue)}`]),
  ];
  return notes.length === 0 ? description : say(msg`${description} (${joinComma(notes)})`);
}
