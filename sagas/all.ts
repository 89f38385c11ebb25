import type { SagaRecord } from '../tables/sagas.ts'
import { attachment, attachmentSaga, scannedAttachment } from './attachment/attachment.ts'
import { notification } from './notification/notification.ts'
import type { Saga } from './saga.ts'
import { definitionVersion } from './version.ts'
import { webhook } from './webhook/webhook.ts'

/**
 * Every saga there is, in each of its forms: what their pages, their price list and the table of their outcomes are made of
 * (`npm run docs`), and by what they are judged.
 */
export const sagas: readonly Saga[] = [notification, webhook, attachment, scannedAttachment]

/** Those that a deployment has, one of each name. */
export function deployedSagas(forms: { isScanned: boolean }): readonly Saga[] {
  return [notification, webhook, attachmentSaga(forms)]
}

/** The definition that a saga runs under, if it is known here; undefined for one of another version. */
export function definitionOf({ name, definition }: Pick<SagaRecord, 'name' | 'definition'>): Saga | undefined {
  return sagas.find((each) => each.name === name && definitionVersion(each) === definition)
}
