import type { Mutant } from './mutant.ts'

/** Bugs in how sagas go forward, go back and wait. */

export const noticeIsNotWithdrawn: Mutant = {
  name: 'notice-is-not-withdrawn',
  says: 'The undo of the notice does nothing: it only says that it has withdrawn it.',
  edits: [
    {
      file: 'sagas/notification/notice.ts',
      find: "return { plan: 'write', writes: [notices.withdrawNotice(owner, result.noticeId)] }",
      replace: "return { plan: 'skip' }",
    },
  ],
}

export const givesUpInsteadOfParking: Mutant = {
  name: 'gives-up-instead-of-parking',
  says: 'A saga whose undo has failed to the last retry is called compensated, and nobody is asked.',
  edits: [
    {
      file: 'sagas/park-saga.ts',
      find: "await run.update({ state: 'parked', parking, task: 'ended', ...(lost && { attempt: lost }) })",
      replace:
        "await run.update({ state: 'compensated', endedAt: run.now(), task: 'ended', ...(lost && { attempt: lost }) })",
    },
  ],
}

export const noTombstone: Mutant = {
  name: 'no-tombstone',
  says: 'A step that was undone may be done again: neither its fence nor the row of a saga that has ended holds up a late do.',
  edits: [
    {
      file: 'sagas/decide-do.ts',
      find: "if (fence.state === 'undone' || fence.state === 'tombstone')\n    return fail(",
      replace: "if (fence.state === 'tombstone' && step.kind === 'pivot')\n    return fail(",
    },
    { file: 'tables/step-keys.ts', find: '  undone: [],', replace: "  undone: ['done']," },
    { file: 'tables/step-keys.ts', find: '  tombstone: [],', replace: "  tombstone: ['done']," },
    { file: 'tables/sagas.ts', find: "      { attribute: 'livePk', is: 'present' },\n", replace: '' },
  ],
}

export const infectedIsClean: Mutant = {
  name: 'infected-is-clean',
  says: 'The scanner is asked, and a file is published whatever it has said.',
  edits: [
    {
      file: 'sagas/attachment/inspect.ts',
      find: "scanned.verdict === 'clean' ?",
      replace: 'scanned ?',
    },
  ],
}

export const anyGeneration: Mutant = {
  name: 'any-generation',
  says: 'A step’s transaction takes any generation of its saga, ended or not, and any state of its fence.',
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

export const roomIsKept: Mutant = {
  name: 'room-is-kept',
  says: 'The undo that gives back the room of a file only tells the caller: its bytes count for ever.',
  edits: [
    {
      file: 'sagas/attachment/quota.ts',
      find: 'const released = result ? [releaseBytes(saga.tenant, result.bytes)] : []',
      replace: 'const released: [] = []',
    },
  ],
}

export const sagaMutants: readonly Mutant[] = [
  noticeIsNotWithdrawn,
  givesUpInsteadOfParking,
  noTombstone,
  infectedIsClean,
  anyGeneration,
  roomIsKept,
]
