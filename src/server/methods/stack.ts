import type { CancellationToken } from 'vscode-languageserver';
import { describeStack } from '../../core/engine/stack-output';
import { STACK_REQUEST, type StackAnswer, type StackParams } from '../../core/protocol/requests';
import type { Session } from '../session';

/** `tensorrt/stack`: what each stage of a Dockerfile contains. */
export function registerStack({ connection, analyser }: Session): void {
  connection.onRequest(STACK_REQUEST, async ({ textDocument: { uri } }: StackParams, token: CancellationToken): Promise<StackAnswer> => {
    const analysis = analyser.kindOf(uri) === 'dockerfile' ? await analyser.readStack(uri, token) : undefined;
    return analysis?.stack === undefined ? null : describeStack(analysis.stack);
  });
}
