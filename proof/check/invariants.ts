import { deactivatedUsersHoldNoTickets } from './assignees.ts'
import { nothingIsOrphaned, readyAttachmentsHaveTheirObject } from './attachments.ts'
import { consumersApplyWithoutGaps, everyEventIsDelivered } from './delivery.ts'
import { historyIsChained } from './history.ts'
import { nobodyHoards } from './hoarding.ts'
import { heldIsNotCalled } from './holds.ts'
import {
  acknowledgedWritesAreKept,
  answersAreIdentical,
  definiteFailuresHaveNoEffect,
  oneEffectPastDeduplication,
  oneEffectPerKey,
  reusedKeysAreRefused,
} from './idempotency.ts'
import type { Invariant } from './invariant.ts'
import { tenantsAreIsolated } from './isolation.ts'
import { pastCausesNoEffect } from './past-runs.ts'
import { restoresLeaveNothingHalf } from './restored-data.ts'
import { eachParkingIsResumedOnce } from './resumptions.ts'
import { attemptedStepsAreUndone, noDoAfterItsUndo, sagasEndOrAreParked, undosRunInReverse } from './saga-progress.ts'
import { oneNoticePerRecipient, oneSagaPerPurpose, sagasAreAllOrNothing } from './sagas.ts'
import {
  closedTicketsOnlyReopen,
  foldEqualsHeader,
  statesAreReachable,
  versionsGrowByOne,
  versionsMatchEvents,
} from './tickets.ts'
import { answersReflectTheWriteAskedFor } from './view-reads.ts'
import { viewsEqualTheirRebuild } from './views.ts'

/** Every invariant that stored data can prove or refute, ordered by number. */
export const invariants: readonly Invariant[] = [
  statesAreReachable,
  versionsGrowByOne,
  foldEqualsHeader,
  closedTicketsOnlyReopen,
  versionsMatchEvents,
  everyEventIsDelivered,
  consumersApplyWithoutGaps,
  acknowledgedWritesAreKept,
  oneEffectPerKey,
  answersAreIdentical,
  reusedKeysAreRefused,
  definiteFailuresHaveNoEffect,
  oneEffectPastDeduplication,
  sagasEndOrAreParked,
  sagasAreAllOrNothing,
  attemptedStepsAreUndone,
  noDoAfterItsUndo,
  undosRunInReverse,
  oneSagaPerPurpose,
  readyAttachmentsHaveTheirObject,
  nothingIsOrphaned,
  oneNoticePerRecipient,
  viewsEqualTheirRebuild,
  pastCausesNoEffect,
  restoresLeaveNothingHalf,
  tenantsAreIsolated,
  deactivatedUsersHoldNoTickets,
  historyIsChained,
  nobodyHoards,
  answersReflectTheWriteAskedFor,
  eachParkingIsResumedOnce,
  heldIsNotCalled,
]
