import { InputBoxValidationSeverity, l10n, type InputBoxValidationMessage } from 'vscode';
import { decodeImage } from '../../core/image/decode';
import { parseImageReference } from '../../core/image/reference';
import { describeComponent } from './describe';

/** Why a text is no name for an image; undefined when it is one. */
export function checkReference(text: string): string | undefined {
  const reference = parseImageReference(text.trim());
  if (reference === undefined) return l10n.t('This is no image name: write it as repository:tag, in lower case.');
  return reference.digest === undefined ? undefined : l10n.t('A new name cannot have a digest.');
}

/** While a name to pull is typed: an error for what is no name, else what is known of the image behind it. */
export function previewReference(text: string): InputBoxValidationMessage | undefined {
  if (text.trim() === '') return undefined;
  const image = decodeImage(text.trim());
  if (parseImageReference(text.trim()) === undefined) return { message: l10n.t('This is no image name: write it as repository:tag, in lower case.'), severity: InputBoxValidationSeverity.Error };
  if (image === undefined) return undefined;
  const parts = [
    ...image.components.filter(({ version }) => version.type === 'exact' || version.type === 'prefix').slice(0, 5).map(describeComponent),
    ...(image.driverMin === undefined ? [] : [l10n.t('driver {0} or newer', image.driverMin)]),
  ];
  if (image.status === 'removed' || image.status === 'never-existed') {
    const message = image.status === 'removed' ? l10n.t('This tag was taken off the registry.') : l10n.t('There never was such a tag.');
    return { message, severity: InputBoxValidationSeverity.Warning };
  }
  return parts.length === 0 ? undefined : { message: parts.join(' · '), severity: InputBoxValidationSeverity.Info };
}
