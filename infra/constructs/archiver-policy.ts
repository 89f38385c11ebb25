import { ManagedPolicy } from 'aws-cdk-lib/aws-iam'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { archiverAccess } from '../../app/archive/archiver-access.ts'
import { archivedEventsPrefix } from '../../domain/event-archive.ts'
import { dataKeyStatements } from './data-key.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'
import { allow } from './function.ts'
import { physicalName } from './names.ts'
import { tableStatements } from './table-access.ts'

/**
 * What `npm run archive` takes, as a policy that an administrator attaches to the role of an operator. The app attaches it to nobody: it
 * can remove events, and none of its roles may (ADR 45).
 */
export function archiverPolicy(
  scope: Construct,
  context: DeploymentContext,
  tables: Tables,
  archive: Bucket,
): ManagedPolicy {
  return new ManagedPolicy(scope, 'Archiver', {
    managedPolicyName: physicalName(context, 'archiver'),
    description: 'Moves events of closed tickets to the archive, and puts them back: npm run archive',
    statements: [
      ...tableStatements(tables, archiverAccess),
      allow(['s3:GetObject', 's3:PutObject'], [archive.arnForObjects(`${archivedEventsPrefix}*`)]),
      // Without the list, S3 answers 403 instead of 404 for an archive that is not there yet.
      allow(['s3:ListBucket'], [archive.bucketArn]),
      ...dataKeyStatements(scope, context),
    ],
  })
}
