import type { SagaRecord } from '../tables/sagas.ts'
import { attachment, attachmentSaga, scannedAttachment } from './attachment/attachment.ts'
import { notification } from './notification/notification.ts'
import { removal } from './removal/removal.ts'
import type { Saga } from './saga.ts'
import { definitionVersion } from './version.ts'
import { webhook } from './webhook/webhook.ts'

/**
 * Every saga in each of its forms. `npm run docs` makes their pages, prices and outcome tables from this list, and the checker judges
 * stored sagas by it.
 */
export const sagas: readonly Saga[] = [notification, webhook, attachment, scannedAttachment, removal]

/** The sagas of one deployment: one form of each. */
export function deployedSagas(forms: { isScanned: boolean }): readonly Saga[] {
  return [notification, webhook, attachmentSaga(forms), removal]
}

/** The definition under which a stored saga runs; undefined when it is not `among` these, by default all of this version of the code. */
export function definitionOf(
  { name, definition }: Pick<SagaRecord, 'name' | 'definition'>,
  among: readonly Saga[] = sagas,
): Saga | undefined {
  return among.find((each) => each.name === name && definitionVersion(each) === definition)
}
