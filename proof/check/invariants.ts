import { nobodyWhoLeftHasTickets } from './assignees.ts'
import { nothingIsOrphaned, readyHasItsObject } from './attachments.ts'
import { appliedWithoutGap, everyEventIsDelivered } from './delivery.ts'
import {
  acknowledgedIsKept,
  answersAreIdentical,
  definiteFailureHasNoEffect,
  oneEffectPastTheWindows,
  oneEffectPerKey,
  otherPayloadIsRefused,
} from './idempotency.ts'
import type { Invariant } from './invariant.ts'
import { nothingCrossesTenants } from './isolation.ts'
import { attemptedIsUndone, noDoAfterItsUndo, sagasEndOrAreParked, undosRunInReverse } from './saga-progress.ts'
import { oneNoticePerPerson, oneSagaPerPurpose, sagasAreAllOrNothing } from './sagas.ts'
import {
  closedChangesByReopening,
  historyEqualsHeader,
  statesAreReachable,
  versionExistsIffEvent,
  versionsGrowByOne,
} from './tickets.ts'

/** Every promise that stored data can prove or refute, in order of its number. */
export const invariants: readonly Invariant[] = [
  statesAreReachable,
  versionsGrowByOne,
  historyEqualsHeader,
  closedChangesByReopening,
  versionExistsIffEvent,
  everyEventIsDelivered,
  appliedWithoutGap,
  acknowledgedIsKept,
  oneEffectPerKey,
  answersAreIdentical,
  otherPayloadIsRefused,
  definiteFailureHasNoEffect,
  oneEffectPastTheWindows,
  sagasEndOrAreParked,
  sagasAreAllOrNothing,
  attemptedIsUndone,
  noDoAfterItsUndo,
  undosRunInReverse,
  oneSagaPerPurpose,
  readyHasItsObject,
  nothingIsOrphaned,
  oneNoticePerPerson,
  nothingCrossesTenants,
  nobodyWhoLeftHasTickets,
]
