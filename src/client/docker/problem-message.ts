// What people read when Docker did not do what was asked: the one place where a problem becomes a sentence and buttons.
import { commands, env, l10n, Uri, window } from 'vscode';
import { formatText, type Message } from '../../core/l10n/message';
import { SaidError } from '../../core/l10n/said-error';
import { DockerError, isInsecureRefusal, type DockerProblem } from '../../docker';
import { NotStarted } from '../../process/run';
import { toPlain } from './plain';

/** Something that helps against a problem: a command of the workbench and what it is given. */
export interface ProblemButton {
  readonly title: string;
  readonly command: string;
  readonly arguments: readonly unknown[];
}

/** A problem in words, and what can be done about it. */
export interface ProblemMessage {
  readonly text: string;
  readonly buttons: readonly ProblemButton[];
}

const INSTALL_PAGE = 'https://docs.docker.com/engine/install/';
const INSECURE_PAGE = 'https://docs.docker.com/reference/cli/dockerd/#insecure-registries';
const PERMISSION_PAGE = 'https://docs.docker.com/engine/install/linux-postinstall/';

/** The words and buttons for a problem; for `cancelled`, which nobody need be told, there are words and no buttons. */
export function describeProblem(problem: DockerProblem): ProblemMessage {
  switch (problem.kind) {
    case 'not-installed':
      return { text: l10n.t('Docker was not found: there is no socket and no docker command.'), buttons: [openPage(l10n.t('How to Install'), INSTALL_PAGE), chooseHosts()] };
    case 'daemon-down':
      return problem.lost === true
        ? { text: l10n.t('Docker broke off the connection: it was stopped or restarted.'), buttons: [retry()] }
        : { text: l10n.t('Docker does not run: nothing answers at {0}.', toPlain(problem.url)), buttons: [retry(), chooseHosts()] };
    case 'no-permission':
      return { text: l10n.t('You may not use Docker: {0} refuses your user.', toPlain(problem.url)), buttons: [openPage(l10n.t('How to Allow It'), PERMISSION_PAGE), retry()] };
    case 'context-unreachable':
      return {
        text:
          problem.url === ''
            ? l10n.t('The Docker host {0} cannot be used: {1}', toPlain(problem.name), wordsOf(problem))
            : l10n.t('The Docker host {0} cannot be reached at {1}: {2}', toPlain(problem.name), toPlain(problem.url), wordsOf(problem)),
        buttons: [retry(), chooseHosts()],
      };
    case 'no-gpu-runtime':
      return {
        text: l10n.t('This Docker host cannot give a container a GPU: {0}', toPlain(problem.detail)),
        buttons: [{ title: l10n.t('Check Host'), command: 'tensorrt.checkHost', arguments: [] }, explain(problem.detail)],
      };
    case 'cancelled':
      return { text: l10n.t('Cancelled.'), buttons: [] };
    case 'api':
      if (isInsecureRefusal(problem.detail)) {
        const text = l10n.t('The registry speaks plain HTTP, and the Docker host does not trust it to: name it under insecure-registries in the settings of the Docker daemon. Docker says: {0}', toPlain(problem.detail));
        return { text, buttons: [openPage(l10n.t('How to Trust It'), INSECURE_PAGE)] };
      }
      if (problem.said !== undefined) return { text: l10n.t('Docker could not do it: {0}', wordsOf(problem)), buttons: [] };
      return { text: l10n.t('Docker says: {0}', toPlain(problem.detail)), buttons: [explain(problem.detail)] };
  }
}

/** What whoever refused said; where the words are ours, in the display language. */
export function wordsOf({ detail, said }: Extract<DockerProblem, { readonly said?: Message }>): string {
  return toPlain(said === undefined ? detail : formatText(said, l10n.bundle));
}

/** What an error says, in the display language where the words are ours. */
export function describeError(error: unknown): string {
  if (error instanceof DockerError) return describeProblem(error.problem).text;
  if (error instanceof SaidError) return toPlain(formatText(error.said, l10n.bundle));
  if (error instanceof NotStarted) return toPlain(error.code === undefined ? l10n.t('{0} could not be started.', error.program) : l10n.t('{0} could not be started: {1}', error.program, error.code));
  return toPlain(error instanceof Error ? error.message : String(error));
}

/**
 * Shows why something failed, with what helps. Anything else than a DockerError is shown by its own message. Nothing is
 * shown for what the user cancelled. `doing` says what was tried, as a sentence's beginning: `Stopping web`.
 */
export async function showFailure(error: unknown, doing?: string): Promise<void> {
  if (error instanceof DockerError && error.problem.kind === 'cancelled') return;
  const { text, buttons } = error instanceof DockerError ? describeProblem(error.problem) : { text: describeError(error), buttons: [] };
  const chosen = await window.showErrorMessage(doing === undefined ? text : l10n.t('{0} failed. {1}', doing, text), ...buttons.map(({ title }) => title));
  const button = buttons.find(({ title }) => title === chosen);
  if (button !== undefined) await pressButton(button);
}

/** Does what a button stands for. */
async function pressButton(button: ProblemButton): Promise<void> {
  if (button.command === 'vscode.open') await env.openExternal(Uri.parse(String(button.arguments[0])));
  else await commands.executeCommand(button.command, ...button.arguments);
}

function openPage(title: string, url: string): ProblemButton {
  return { title, command: 'vscode.open', arguments: [url] };
}

function retry(): ProblemButton {
  return { title: l10n.t('Try Again'), command: 'tensorrt.refreshDocker', arguments: [] };
}

function chooseHosts(): ProblemButton {
  return { title: l10n.t('Choose Hosts…'), command: 'tensorrt.chooseHosts', arguments: [] };
}

function explain(text: string): ProblemButton {
  return { title: l10n.t('Explain Error'), command: 'tensorrt.decodeError', arguments: [text] };
}
