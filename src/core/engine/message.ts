export { formatMessage, listPlaceholders } from '../l10n/message';
