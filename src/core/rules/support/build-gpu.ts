import type { InstructionStep } from '../../stack/model';

/** Whether an instruction is a RUN without a GPU: `--device` asks BuildKit for one, `--security=insecure` may give one. */
export function runsWithoutGpu({ instruction }: Pick<InstructionStep, 'instruction'>): boolean {
  return instruction.kind === 'run' && !instruction.flags.some(({ name }) => name === 'device' || name === 'security');
}
