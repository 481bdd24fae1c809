import type { ThemeIcon } from 'vscode';
import type { ContainerSummary, EngineAddress, ImageSummary, PublishedPort } from '../../docker/model';
import type { Host } from './hosts';

/** A Docker host: root of its containers or images when several hosts are shown. */
export interface HostNode {
  readonly kind: 'host';
  readonly host: Host;
}

export interface ContainerNode {
  readonly kind: 'container';
  readonly address: EngineAddress;
  readonly container: ContainerSummary;
}

/** The images of one repository; `name` is null for images that have none. */
export interface RepositoryNode {
  readonly kind: 'repository';
  readonly address: EngineAddress;
  readonly name: string | null;
  readonly images: readonly ImageNode[];
}

/** An image under one of its names: it has a node for each. */
export interface ImageNode {
  readonly kind: 'image';
  readonly address: EngineAddress;
  readonly image: ImageSummary;
  /** `repository:tag`; undefined for an image that has no name. */
  readonly tag: string | undefined;
}

/** A line under a container, an image or a host that does not answer. */
export interface FactNode {
  readonly kind: 'fact';
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly icon: ThemeIcon;
  readonly port?: { readonly address: EngineAddress; readonly published: PublishedPort };
}

export type DockerNode = HostNode | ContainerNode | RepositoryNode | ImageNode | FactNode;
