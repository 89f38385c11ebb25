import type { Target } from '../target.ts'
import { readTargetKind, type TargetKind } from './target-kind.ts'

/** What an end-to-end test may need of its target, and not every target has. */
export type Feature =
  | 'gateway-responses'
  | 'tenant-limit-to-exceed'
  | 'mail-that-is-refused'
  | 'mail-that-comes-back'
  | 'local-webhooks'
  | 'logs-in-data-folder'

const onlyOurMailSink = 'mail is refused, or comes back, only in the mail sink of the embedded stack'
const tooSlow = 'on a busy machine it answers fewer requests in a second than the limit allows'
const onlyOurLogs = 'only the embedded stack keeps logs and executions in its data folder, where the test searches them'

/** Why a target lacks a feature. A test that needs it skips there, with this reason. */
export const missing: Record<Feature, Partial<Record<TargetKind, string>>> = {
  'gateway-responses': {
    localstack:
      'LocalStack ignores the templates of gateway responses, and answers an unknown route with a body of its own',
  },
  'tenant-limit-to-exceed': {
    localstack: tooSlow,
    ministack: tooSlow,
    aws: 'only the local stage limits one tenant to so few requests (infra/stages.ts)',
  },
  'mail-that-is-refused': { localstack: onlyOurMailSink, ministack: onlyOurMailSink, aws: onlyOurMailSink },
  'mail-that-comes-back': { localstack: onlyOurMailSink, ministack: onlyOurMailSink, aws: onlyOurMailSink },
  'logs-in-data-folder': { localstack: onlyOurLogs, ministack: onlyOurLogs, aws: onlyOurLogs },
  'local-webhooks': { aws: 'only a local target can reach an endpoint on this machine' },
}

/** Why the target can't show what needs the feature; undefined when it can. */
export async function whyMissing(target: Pick<Target, 'edgeUrl'>, feature: Feature): Promise<string | undefined> {
  return missing[feature][await readTargetKind(target)]
}

/** How many tests skip on a target. It must be exact, so that none is added unseen, and one that runs again is noticed. */
export const skippedTests: Record<Exclude<TargetKind, 'aws'>, number> = { embedded: 0, localstack: 5, ministack: 4 }

export interface Divergence {
  target: 'LocalStack' | 'MiniStack'
  /** How it differs from AWS. */
  what: string
  /** What that means for the promises. */
  so: string
  /** Where it can be seen. */
  source: string
}

/** How emulators differ from AWS in what this app uses. */
export const divergences: readonly Divergence[] = [
  {
    target: 'LocalStack',
    what: 'The templates of gateway responses are ignored; their status is not',
    so: 'the gateway’s own errors are no problem documents; those of functions are',
    source: '4.14.0, `apigateway/next_gen/execute_api/handlers/gateway_exception.py`, whose comments say so',
  },
  {
    target: 'LocalStack',
    what: 'IAM policies are not enforced',
    so: 'a permission that is missing shows on the embedded stack and on AWS only',
    source: 'LocalStack’s documentation: enforcement is part of its paid plans',
  },
  {
    target: 'LocalStack',
    what: 'Alarms on metric math are stored and never evaluated',
    so: 'none of these alarms rings',
    source: '4.14.0, `cloudwatch/alarm_scheduler.py`, with a warning in the log',
  },
  {
    target: 'LocalStack',
    what: '`Catch` and `Retry` of `States.HeartbeatTimeout` do not take a missed heartbeat, whose error is `States.Timeout`, there as on AWS',
    so: 'nothing: sagas catch both',
    source:
      '4.14.0, `asl/component/common/error_name/error_equals_decl.py`; AWS’s error is in its recorded `test_heartbeats.snapshot.json`',
  },
  {
    target: 'LocalStack',
    what: 'The gateway calls a function again when the call fails, as when its environment is replaced by a deployment',
    so: 'an answer may say that it is a repetition although the client sent its request once; the effect is there once',
    source: '4.14.0, `aws/connect.py`: its clients retry unless `DISABLE_BOTO_RETRIES` is set',
  },
  {
    target: 'LocalStack',
    what: 'S3 events write a space in a key as `%20`; AWS writes `+`',
    so: 'nothing: keys of attachments have no spaces',
    source: '4.14.0, observed',
  },
  {
    target: 'MiniStack',
    what: 'The error name of a Lambda function is replaced by `Runtime.HandlerError`',
    so: 'a saga step that is refused is retried first, as if it had failed, and compensates then',
    source: '1.5.33, observed, on the first invocation and on later ones, by Lambda and by Step Functions',
  },
  {
    target: 'MiniStack',
    what: 'A stream batch with failed items counts as processed. One that fails as a whole is repeated without end: bisecting and retry limits are ignored',
    so: 'the relay reports no failed items; while a batch makes it crash, the sweeper publishes the outbox rows of that batch and of those behind it',
    source: '1.5.33, observed; `services/lambda_svc.py`, `_poll_dynamodb_streams`',
  },
  {
    target: 'MiniStack',
    what: 'Workers of a function are killed while they run, when the function is changed or one of its invocations fails to talk to its worker',
    so: 'an invocation ends half way, as in a crash: requests are answered 5xx and repeated with the same key, messages come again',
    source: '1.5.33, `core/lambda_runtime.py`, `invalidate_worker`',
  },
  {
    target: 'MiniStack',
    what: 'Heartbeats of task tokens are not enforced',
    so: 'an upload that never comes is noticed by the sweep of uploads, not by its saga',
    source: '1.5.33, `services/stepfunctions.py` does not read `HeartbeatSeconds`',
  },
  {
    target: 'MiniStack',
    what: 'DynamoDB never raises `TransactionConflict`, and IAM policies are not enforced',
    so: 'retries of conflicts, and permissions, are tested on the embedded stack',
    source: '1.5.33, `services/dynamodb.py` and observed',
  },
  {
    target: 'MiniStack',
    what: 'Everything is kept in memory',
    so: 'a restart is a new, empty target: deploy again',
    source: '1.5.33, observed',
  },
]
