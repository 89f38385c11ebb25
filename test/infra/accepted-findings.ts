/** Findings of cdk-nag's AwsSolutions pack that we live with. Each has its reason; one that is found no more must go. */
export interface AcceptedFinding {
  rule: string
  /** Construct paths that the reason holds for. */
  where: RegExp
  /** The part of the resource that is meant, for rules that name one. */
  detail?: RegExp
  reason: string
}

export const acceptedFindings: AcceptedFinding[] = [
  {
    rule: 'AwsSolutions-SQS3',
    where: /^(Data\/WatchEvents|Messaging\/RelayOutbox|Attachments\/RecordScan)DeadLetters\//,
    reason:
      'These are dead-letter queues: the on-failure destinations of streams and of a rule, which the rule does not look at.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^(Sagas|Attachments)\/\w+Role\//,
    detail: /^Resource::<\w+\.Arn>:\*$/,
    reason:
      'Every version of the one step function: a running execution goes on with the version it began with (ADR 0013).',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^(Sagas|Attachments)\/\w+Role\//,
    detail: /^Resource::\*$/,
    reason:
      'The log delivery actions that Step Functions needs take no resource (AWS, "Logging using CloudWatch Logs").',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Messaging\/(WakeSaga|ReconcileSagas)Role\//,
    detail: /^Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:steadfast-\w+-\w+:\*$/,
    reason: 'Executions of the sagas: each has a name of its own, and what is asked is whether it still runs.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^(Attachments|Api)\/\w+Role\//,
    detail: /^Resource::arn:<AWS::Partition>:s3:::[^/]+\/(quarantine|clean)\/\*$/,
    reason:
      'Each object has a key of its own; what may be done is allowed by prefix, which is what tells safe from unsafe.',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Attachments\/MalwareScanRole\//,
    detail: /:rule\/DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3\*$/,
    reason:
      'The rule that GuardDuty keeps for itself; it chooses the end of its name (AWS, "Create or update IAM role policy").',
  },
  {
    rule: 'AwsSolutions-IAM5',
    where: /^Attachments\/MalwareScanRole\//,
    detail: /^Resource::<Bucket\w+\.Arn>\/quarantine\/\*$/,
    reason: 'GuardDuty reads what was uploaded, each under a key of its own, and nothing that was found clean.',
  },
  {
    rule: 'AwsSolutions-S1',
    where: /^Attachments\/Bucket\//,
    reason:
      'Who reads a file reads it by an address that a logged request gave out; access logs would cost a bucket of their own.',
  },
  {
    rule: 'AwsSolutions-SF2',
    where: /^(Sagas|Attachments)\//,
    reason:
      'A saga is followed by its own timeline and the correlation id; X-Ray would give every role a permission on all resources.',
  },
  {
    rule: 'AwsSolutions-APIG2',
    where: /^Api\/RestApi\//,
    reason:
      'The functions validate by the schemas that the OpenAPI document is made of, and tell what is wrong by JSON pointer.',
  },
  {
    rule: 'AwsSolutions-APIG3',
    where: /^Api\/RestApi\//,
    reason:
      'A web ACL is a monthly cost that who runs the system decides on; throttling per stage and 128 KB per request hold without.',
  },
  {
    rule: 'AwsSolutions-APIG4',
    where: /^Api\/RestApi\//,
    reason:
      'The functions verify the JWT themselves: the same code on AWS, on emulators and embedded, with problem+json answers.',
  },
  {
    rule: 'AwsSolutions-COG4',
    where: /^Api\/RestApi\//,
    reason: 'Any issuer of JWTs will do, not Cognito alone; the functions verify the token themselves.',
  },
  {
    rule: 'AwsSolutions-APIG6',
    where: /^Api\/RestApi\//,
    reason: 'Execution logs would hold headers with tokens; the access log and the functions tell the same without.',
  },
  {
    rule: 'AwsSolutions-IAM4',
    where: /^Api\/RestApi\/CloudWatchRole\//,
    reason:
      "AWS's own policy for the account-wide role that API Gateway writes access logs by; it allows nothing else.",
  },
]
