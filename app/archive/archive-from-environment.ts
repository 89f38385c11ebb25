import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { requiredVariable } from '../environment.ts'
import type { ArchiveObjects } from './archived-events.ts'

/** The archives of the stage: `ARCHIVE_BUCKET`. Throws `Error` without it. */
export function archiveFromEnvironment(): ArchiveObjects {
  return new S3ObjectStore(requiredVariable('ARCHIVE_BUCKET'))
}
