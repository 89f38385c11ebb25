/** What keeps two writers of a row apart. */
export const mechanisms = {
  version: ['the header still has the version that was read', 'tables/version.ts'],
  absence: ['there is no such row yet', 'tables/condition.ts'],
  'under its header': ['the header in the same transaction, at the version that was read', 'tables/changes.ts'],
  state: ['the row is still in a state from which this may follow', 'tables/attachments.ts'],
  counter: ['the sum stays within its limit, whoever else adds', 'tables/attachment-quota.ts'],
  checkpoint: ['the consumer has applied exactly the events before this one', 'tables/checkpoints.ts'],
  sequence: ['the read model reflects exactly the events before this one', 'tables/projections.ts'],
  fence: ['the step of the saga is still in the state that was read', 'tables/step-keys.ts'],
  generation: ['the saga runs, and in this generation', 'tables/sagas.ts'],
  revision: ['nobody has written the row since it was read', 'tables/view-catalog.ts'],
  repeatable: ['nothing: either writer leaves the same row', 'tables/unconfirmed.ts'],
} as const satisfies Record<string, readonly [means: string, file: string]>
export type Mechanism = keyof typeof mechanisms
