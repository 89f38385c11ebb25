import {
  type Stage,
  stageNamed,
  withAlarmSubscriber,
  withBudget,
  withConsole,
  withEncryptionKey,
  withIdentity,
  withKeySet,
  withMalwareScan,
} from './stages.ts'

/** The stage that CDK context chooses, with every setting that it changes. Throws `SettingError` on one that is wrong or missing. */
export function chosenStage(context: (key: string) => string | undefined): Stage {
  const named = withMalwareScan(stageNamed(context('stage') ?? 'local'), context('malwareScan'))
  withKeySet(named, context('keySet'))
  const paid = withBudget(named, context('budgetUsd'))
  const encrypted = withEncryptionKey(paid, context('encryptionKey'))
  const identified = withIdentity(encrypted, context('identity'))
  const heard = withAlarmSubscriber(withConsole(identified, context('console')), context('alarmSubscriber'))
  return { ...heard, mailFrom: context('mailFrom') ?? heard.mailFrom }
}
