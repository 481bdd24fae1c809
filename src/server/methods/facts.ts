import { listTables } from '../../core/facts/summary';
import { FACTS_REQUEST, type FactsAnswer } from '../../core/protocol/requests';
import type { Session } from '../session';

/** `tensorrt/facts`: how many facts there are and how old they are. */
export function registerFacts({ connection }: Session): void {
  connection.onRequest(FACTS_REQUEST, (): FactsAnswer => {
    const tables = listTables();
    return {
      checked: tables.map(({ checked }) => checked).sort()[0] ?? '',
      tables: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    };
  });
}
