import type { Mutant } from './mutant.ts'

/** Mistakes in how sagas run, compensate and wait. */

export const emptyUndo: Mutant = {
  name: 'empty-undo',
  description: 'The undo of the notice reports success, but does not withdraw the notice.',
  edits: [
    {
      file: 'sagas/notification/notice.ts',
      find: "return { plan: 'write', writes: [notices.withdrawNotice(owner, result.noticeId)] }",
      replace: "return { plan: 'skip' }",
    },
  ],
}

export const giveUpInsteadOfParking: Mutant = {
  name: 'give-up-instead-of-parking',
  description: 'A saga whose undo has failed on its last retry is marked as compensated instead of parked.',
  edits: [
    {
      file: 'sagas/park-saga.ts',
      find: "await run.update({ state: 'parked', parking, task: 'ended', ...(lost && { attempt: lost }) })",
      replace:
        "await run.update({ state: 'compensated', endedAt: run.now(), task: 'ended', ...(lost && { attempt: lost }) })",
    },
  ],
}

export const compensateWhileHeld: Mutant = {
  name: 'compensate-while-held',
  description: 'A step whose dependency is held counts as failed, so its saga is undone instead of waiting.',
  edits: [
    {
      file: 'sagas/resolve-pivot.ts',
      find: "if (wasHeld(run, error) && run.fence(pivot).state !== 'tombstone') return 'held'",
      replace: 'void wasHeld',
    },
  ],
}

export const noTombstone: Mutant = {
  name: 'no-tombstone',
  description: 'A late do may run after its undo: neither the fence nor the row of the ended saga stops it.',
  edits: [
    {
      file: 'sagas/decide-do.ts',
      find: "if (fence.state === 'undone' || fence.state === 'tombstone') {",
      replace: "if (fence.state === 'tombstone' && step.kind === 'pivot') {",
    },
    { file: 'tables/step-keys.ts', find: '  undone: [],', replace: "  undone: ['done']," },
    { file: 'tables/step-keys.ts', find: '  tombstone: [],', replace: "  tombstone: ['done']," },
    { file: 'tables/sagas.ts', find: "      { attribute: 'livePk', is: 'present' },\n", replace: '' },
  ],
}

export const ignoreScanResult: Mutant = {
  name: 'ignore-scan-result',
  description: 'A file is scanned, and published whatever the result.',
  edits: [
    {
      file: 'sagas/attachment/inspect.ts',
      find: "scanned.verdict === 'clean' ?",
      replace: 'scanned ?',
    },
  ],
}

export const noGenerationCheck: Mutant = {
  name: 'no-generation-check',
  description:
    'The transaction of a step accepts any generation of its saga, ended or not, and any state of its fence.',
  edits: [
    {
      file: 'tables/sagas.ts',
      find: "    all: [\n      { attribute: 'generation', equals: generation },\n      { attribute: 'livePk', is: 'present' },\n",
      replace:
        "    any: [\n      { attribute: 'generation', equals: generation },\n      { attribute: 'pk', is: 'present' },\n",
    },
    {
      file: 'tables/step-keys.ts',
      find: "return { kind: 'put', table, row, when }",
      replace: "return { kind: 'put', table, row }",
    },
  ],
}

export const quotaNotReleased: Mutant = {
  name: 'quota-not-released',
  description: 'The undo of the quota reports success, but keeps the bytes reserved.',
  edits: [
    {
      file: 'sagas/attachment/quota.ts',
      find: 'const released = result ? [releaseBytes(saga.tenant, result.bytes)] : []',
      replace: 'const released: [] = []',
    },
  ],
}

export const noLimitPerPerson: Mutant = {
  name: 'no-limit-per-person',
  description: 'A person may use all that the tenant may use: as many uploads at once, and as many bytes.',
  edits: [
    { file: 'domain/upload-quota.ts', find: 'tenantBytesMax / 10', replace: 'tenantBytesMax' },
    { file: 'domain/upload-quota.ts', find: 'openUploadsMax = 10', replace: 'openUploadsMax = 1_000' },
  ],
}

export const budgetNotReleased: Mutant = {
  name: 'budget-not-released',
  description: 'The undo of the send budget reports success, but keeps the send reserved.',
  edits: [
    {
      file: 'sagas/notification/budget.ts',
      find: "return { plan: 'write', writes: released ? [released] : [] }",
      replace: "return { plan: 'write', writes: [] }",
    },
  ],
}

export const newMailIdPerAttempt: Mutant = {
  name: 'new-mail-id-per-attempt',
  description: 'Each attempt to send a mail gives it a new id.',
  edits: [
    {
      file: 'sagas/notification/mail.ts',
      find: 'const mail = { id, tenant,',
      replace: 'const mail = { id: runtime.newId(), tenant,',
    },
  ],
}

export const uploadSlotNotReleased: Mutant = {
  name: 'upload-slot-not-released',
  description:
    'The undo of an upload releases the bytes of the tenant, but forgets the slot and the bytes of the person.',
  edits: [
    { file: 'sagas/attachment/quota.ts', find: '      ...releaseUpload(saga.tenant, attachment),\n', replace: '' },
  ],
}

export const sagaMutants: readonly Mutant[] = [
  emptyUndo,
  compensateWhileHeld,
  budgetNotReleased,
  newMailIdPerAttempt,
  giveUpInsteadOfParking,
  noTombstone,
  ignoreScanResult,
  noGenerationCheck,
  quotaNotReleased,
  uploadSlotNotReleased,
  noLimitPerPerson,
]
