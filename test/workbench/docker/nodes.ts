// Rows of the views as commands are given them, made from what the engine says.
import { connect, disconnect, listAddresses, listContainers, listImages, type EngineAddress } from '../../../src/docker';
import type { ContainerNode, ImageNode } from '../../../src/client/docker/nodes';

/** The engine of the suite. */
async function suiteAddress(): Promise<EngineAddress> {
  const [address] = await listAddresses();
  if (address === undefined) throw new Error('The suite needs an engine');
  return address;
}

/** The row of a container by its name. */
export async function containerNode(name: string): Promise<ContainerNode> {
  const address = await suiteAddress();
  const engine = await connect(address);
  const container = (await listContainers(engine)).find((one) => one.name === name);
  disconnect(engine);
  if (container === undefined) throw new Error(`There is no container ${name}`);
  return { kind: 'container', address, container };
}

/** The row of an image by one of its tags. */
export async function imageNode(tag: string): Promise<ImageNode> {
  const address = await suiteAddress();
  const engine = await connect(address);
  const image = (await listImages(engine)).find(({ tags }) => tags.includes(tag));
  disconnect(engine);
  if (image === undefined) throw new Error(`There is no image ${tag}`);
  return { kind: 'image', address, image, tag };
}
