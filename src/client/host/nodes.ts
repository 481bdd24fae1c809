import type { Finding, HostEvidence, ProbeState } from '../../host';

/** What is known of one engine and its machine. */
export interface HostResult {
  /** Name of the engine's address. */
  readonly name: string;
  readonly evidence: HostEvidence;
  readonly findings: readonly Finding[];
}

/** A row of the view. */
export type HostNode =
  | { readonly kind: 'host'; readonly result: HostResult }
  | { readonly kind: 'group'; readonly result: HostResult; readonly state: ProbeState; readonly findings: readonly Finding[] }
  | { readonly kind: 'finding'; readonly result: HostResult; readonly finding: Finding }
  | { readonly kind: 'detail'; readonly text: string }
  | { readonly kind: 'quote'; readonly from: string; readonly text: string }
  | { readonly kind: 'remedy'; readonly text: string; readonly commands: readonly string[] }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'source'; readonly url: string };
