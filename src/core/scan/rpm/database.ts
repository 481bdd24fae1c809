import type { DistributionPackage } from '../model';
import { isBerkeleyHash, listBerkeleyHeaders } from './berkeley';
import { readRpmHeader } from './header';
import { isNdb, listNdbHeaders } from './ndb';
import { isSqlite, listSqliteHeaders } from './sqlite';

/**
 * The packages in a database of RPM: `rpmdb.sqlite`, `Packages` (Berkeley DB) or `Packages.db` (SUSE). The keys with
 * which packages are signed lie there too and are left out. Undefined for what is none, or is broken somewhere: half a
 * list would be a wrong one. Never throws.
 */
export function readRpmDatabase(bytes: Uint8Array, file: string): readonly DistributionPackage[] | undefined {
  try {
    const headers = listHeaders(bytes);
    if (headers === undefined) return undefined;
    const packages: DistributionPackage[] = [];
    let bytesLeft = bytes.length;
    for (const header of headers) {
      bytesLeft -= header.length;
      if (bytesLeft < 0) throw new RangeError('more headers than the file has room for');
      const found = readRpmHeader(header, file);
      if (found !== undefined && found.name !== 'gpg-pubkey') packages.push(found);
    }
    return packages;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function listHeaders(bytes: Uint8Array): Iterable<Uint8Array> | undefined {
  if (isSqlite(bytes)) return listSqliteHeaders(bytes);
  if (isNdb(bytes)) return listNdbHeaders(bytes);
  return isBerkeleyHash(bytes) ? listBerkeleyHeaders(bytes) : undefined;
}
