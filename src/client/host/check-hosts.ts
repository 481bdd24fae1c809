import { connect, disconnect, listAddresses, readBuildCacheBytes, readEngineInfo, type Engine, type EngineAddress } from '../../docker';
import { askEngine, collectHost, judgeHost } from '../../host';
import { listEngines } from '../docker/engines';
import type { HostResult } from './nodes';

/** Checks every engine that the views show, side by side. Rejects with the signal's reason only. */
export async function checkHosts(signal: AbortSignal): Promise<readonly HostResult[]> {
  const [shown, known] = await Promise.all([listEngines(), listAddresses()]);
  const addresses: readonly (EngineAddress | undefined)[] = shown.length === 0 ? [undefined] : shown;
  return Promise.all(addresses.map((address) => checkHost(address, [...shown, ...known.filter(({ url }) => !shown.some((one) => one.url === url))], signal)));
}

async function checkHost(address: EngineAddress | undefined, addresses: readonly EngineAddress[], signal: AbortSignal): Promise<HostResult> {
  let engine: Engine | undefined;
  const open = async (within: AbortSignal): Promise<Engine> => {
    if (address === undefined) throw new Error('no engine');
    return (engine ??= await connect(address, within));
  };
  try {
    const answer = await askEngine(
      address,
      addresses,
      { info: async (within) => readEngineInfo(await open(within), within), buildCacheBytes: async (within) => readBuildCacheBytes(await open(within), within) },
      signal,
    );
    const evidence = await collectHost({ engine: answer, signal });
    return { name: address?.name ?? '', evidence, findings: judgeHost(evidence) };
  } finally {
    if (engine !== undefined) disconnect(engine);
  }
}
