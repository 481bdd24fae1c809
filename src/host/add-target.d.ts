import type { TargetSource } from '../core/target/model';
import type { TextEdit } from '../core/text/edit';
/**
 * The edit that puts a target into the text of a `.trtc.yaml`: in the place of the one of its name, else behind the
 * others. All else stays, comments included. Undefined where the file is written in a way that it cannot be made.
 */
export declare function addTarget(text: string, target: TargetSource): TextEdit | undefined;
