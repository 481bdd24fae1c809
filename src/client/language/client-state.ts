import { State, type BaseLanguageClient } from 'vscode-languageclient';
import type { Disposable } from 'vscode';

export type ClientState = 'starting' | 'running' | 'stopped';

/** Tells of the state of a client in words that need not its library. */
export function watchState(client: BaseLanguageClient, listener: (state: ClientState) => void): Disposable {
  return client.onDidChangeState(({ newState }) => listener(newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped'));
}
