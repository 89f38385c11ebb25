import type { Variant } from './synthesized.ts'

/** A finding of cdk-nag's AwsSolutions pack that is accepted, with the reason. A test fails when the finding is gone. */
export interface AcceptedFinding {
  rule: string
  /** The construct paths that the reason applies to. */
  where: RegExp
  /** The part of the resource, for rules that name one. */
  detail?: RegExp
  reason: string
  /** The choice that alone has the finding: looked for in the long run. */
  onlyIn?: Variant
}

export const acceptedFindings: AcceptedFinding[] = [
  {
    rule: 'AwsSolutions-COG2',
    where: /^Identity\/Users\//,
    onlyIn: 'prod with its own users',
    reason:
      'A second factor is offered, and not demanded: customers who open a ticket now and then would need one too.',
  },
  {
    rule: 'AwsSolutions-COG8',
    where: /^Identity\/Users\//,
    onlyIn: 'prod with its own users',
    reason:
      "Essentials is the plan that puts claims into access tokens. Plus costs more per user, for threat protection; its choice is the operator's.",
  },
  {
    rule: 'AwsSolutions-SQS3',
    where:
      /^(Data\/(Alarms|Schedules|WatchEvents)|Messaging\/RelayOutbox|Attachments\/Record(Scan|Upload)|Sagas\/RecordBounce)DeadLetters\//,
    reason:
      'These are dead-letter queues themselves, of streams, rules, subscriptions and functions, which the check does not recognize.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^(Sagas|Attachments)\/\w+Role\//,
    detail: /^Resource::<\w+\.Arn>:\*$/,
    reason: 'Every version of one function: an execution calls the version that it started with (ADR 0013).',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^(Api|Attachments|Data|Identity|Messaging|Sagas)\/\w+Role\//,
    detail: /^Resource::\*$/,
    reason:
      'Sending traces and delivering the logs of Step Functions take no resource; least-privilege.unit.ts allows no other action on all.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Messaging\/(WakeSaga|ReconcileSagas)Role\//,
    detail: /^Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:steadfast-\w+-\w+:\*$/,
    reason: 'Executions of the sagas, whose names are not known in advance. The only action is DescribeExecution.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^(Attachments|Api)\/\w+Role\//,
    detail: /^Resource::arn:<AWS::Partition>:s3:::[^/]+\/(quarantine|clean)\/\*$/,
    reason:
      'Keys of objects are not known in advance. Actions are allowed by prefix, which separates inspected files from others.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Attachments\/MalwareScanRole\//,
    detail: /:rule\/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3\*$/,
    reason:
      'The EventBridge rule that GuardDuty manages; GuardDuty chooses the end of its name (AWS, "Create or update IAM role policy").',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Attachments\/MalwareScanRole\//,
    detail: /^Resource::<Bucket\w+\.Arn>\/quarantine\/\*$/,
    reason: 'GuardDuty reads uploads, whose keys are not known in advance, and no file that was found clean.',
  },
  {
    rule: 'AwsSolutions-S1',
    where: /^Attachments\/Bucket\//,
    reason:
      'Files are read only by presigned URLs, and the request for the URL is logged. Access logs would need a second bucket.',
  },
  {
    rule: 'AwsSolutions-S1',
    where: /^Data\/Digests\//,
    reason: 'One function writes it and only the check reads it. What is in it cannot be changed.',
  },
  {
    rule: 'AwsSolutions-S1',
    where: /^Data\/Archive\//,
    reason: 'Functions only read it, for requests that are logged, and whoever archives is logged by CloudTrail.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^(Api\/(ListEvents|GetTicketSla|CorrectTicket)|Messaging\/Reconcile(Data|Consumers))Role\//,
    detail: /^Resource::arn:<AWS::Partition>:s3:::steadfast-\w+-archive-[^/]+\/\*$/,
    reason: 'The key of an archive has its tenant, its ticket and its hash in it. The only action is GetObject.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Data\/Archiver\//,
    detail: /^Resource::<Archive\w+\.Arn>\/events\/\*$/,
    reason: 'The key of an archive has its tenant, its ticket and its hash in it.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Messaging\/ReconcileConsumersRole\//,
    detail: /^Resource::arn:<AWS::Partition>:s3:::[^/]+\/(parts|days)\/\*$/,
    reason: 'The key of a digest has its day and its hash in it.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Messaging\/ReconcileDataRole\//,
    detail: /^Resource::arn:<AWS::Partition>:s3:::[^/]+\/clean\/\*$/,
    reason: 'It asks for the length of any file of any ticket.',
  },
  {
    rule: 'AwsSolutions-SF2',
    where: /^(Sagas|Attachments)\//,
    onlyIn: 'local',
    reason: 'On local only: emulators keep no traces. On AWS, X-Ray traces every saga.',
  },
  {
    rule: 'AwsSolutions-APIG2',
    where: /^Api\/RestApi\//,
    reason: 'The functions validate with the schemas of the OpenAPI document, and report errors by JSON pointer.',
  },
  {
    rule: 'AwsSolutions-APIG3',
    where: /^Api\/RestApi\//,
    reason:
      'A web ACL has a monthly price, so the operator decides. Throttling and the limit of 128 KB work without one.',
  },
  {
    rule: 'AwsSolutions-APIG4',
    where: /^Api\/RestApi\//,
    reason:
      'The functions verify the JWT themselves: the same code on AWS, emulators and the embedded stack, with problem+json errors.',
  },
  {
    rule: 'AwsSolutions-COG4',
    where: /^Api\/RestApi\//,
    reason: 'Any issuer of JWTs can be used, not only Cognito; the functions verify the token themselves.',
  },
  {
    rule: 'AwsSolutions-APIG6',
    where: /^Api\/RestApi\//,
    reason: 'Execution logs would contain headers with tokens. The access log and the logs of the functions do not.',
  },
  {
    rule: 'AwsSolutions-IAM4',
    where: /^Api\/RestApi\/CloudWatchRole\//,
    reason: "AWS's policy for the account-wide role with which API Gateway writes access logs. It allows nothing else.",
  },
]
