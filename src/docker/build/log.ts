import { StringDecoder } from 'node:string_decoder';
import { BuildLog } from '../../core/build-log/build-log';

/** A log that decodes what BuildKit's JSON holds in base64. */
export function createLog(): BuildLog {
  return new BuildLog({
    createDecoder: () => {
      const decoder = new StringDecoder('utf8');
      return (base64) => decoder.write(Buffer.from(base64, 'base64'));
    },
  });
}
