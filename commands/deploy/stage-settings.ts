import { Option } from 'commander'
import { malwareScanSettings } from '../../infra/stages.ts'

/** What the deployments of a stage on AWS choose. A deployment that lacks one sets it back to the stage's own. */
export interface StageSettings {
  /** Who hears the stage's alarms. */
  alarmSubscriber?: string | undefined
  mailFrom?: string | undefined
  malwareScan?: string | undefined
  /** Further CDK context, each as `KEY=VALUE`. */
  context?: readonly string[] | undefined
}

export function alarmSubscriberOption(): Option {
  return new Option(
    '--alarm-subscriber <to>',
    'aws only: e-mail address or https URL that gets alarms; prod requires one',
  )
}

export function mailFromOption(): Option {
  return new Option('--mail-from <address>', 'aws only: the sender of mail; verify it in SES')
}

export function malwareScanOption(): Option {
  return new Option(
    '--malware-scan <by>',
    'aws only: who scans uploads (default: guardduty); deploy draining before off, so that uploads that wait get their verdict',
  ).choices(malwareScanSettings)
}

export function contextOption(): Option {
  return new Option(
    '--context <key=value...>',
    'aws only: further settings, such as budgetUsd=200 encryptionKey=customer',
  )
}

/** The settings as CDK context, each as `KEY=VALUE`. */
export function cdkContext({ alarmSubscriber, mailFrom, malwareScan, context = [] }: StageSettings): string[] {
  return [
    ...(alarmSubscriber ? [`alarmSubscriber=${alarmSubscriber}`] : []),
    ...(mailFrom ? [`mailFrom=${mailFrom}`] : []),
    ...(malwareScan ? [`malwareScan=${malwareScan}`] : []),
    ...context,
  ]
}

/** The settings as CDK context by its keys. Throws `Error` on one that is not `KEY=VALUE`. */
export function cdkContextByKey(settings: StageSettings): Record<string, string> {
  return Object.fromEntries(
    cdkContext(settings).map((setting) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? []
      if (key === undefined || value === undefined)
        throw new Error(`"${setting}" is no setting: pass --context KEY=VALUE, such as budgetUsd=200`)
      return [key, value]
    }),
  )
}
