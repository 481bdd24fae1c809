import type { Constraint } from '../constraint';
import { frameworkConstraints } from './frameworks';
import { hostConstraints } from './host';
import { imageConstraints } from './image';
import { structure } from './structure';
import { tensorrtConstraints } from './tensorrt';

/** Those that state facts. Reasons are shown in this order; a conflict is explained by the last ones that suffice. */
export const factual: readonly Constraint[] = [...imageConstraints, ...frameworkConstraints, ...tensorrtConstraints, ...hostConstraints];

/** Every constraint. */
export const constraints: readonly Constraint[] = [...structure, ...factual];
