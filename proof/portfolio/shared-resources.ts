/** Something outside tables that more than one function uses, and what keeps them apart. */
export interface SharedResource {
  what: string
  users: readonly string[]
  keptApart: string
}

export const sharedResources: readonly SharedResource[] = [
  {
    what: 'queues of the subscribers',
    users: ['relay-outbox', 'sweep-outbox'],
    keptApart:
      'the same deduplication id and group for the same event, the sweeper only after a minute; what comes twice all the same meets the checkpoint',
  },
  {
    what: 'executions of sagas',
    users: ['start-saga', 'reconcile-consumers', 'reconcile-data', 'reconcile-sagas', 'wake-saga'],
    keptApart:
      'the name is the saga’s id and its generation: Step Functions starts it once, and the generation is raised by a condition',
  },
  {
    what: 'callbacks of waiting executions',
    users: ['wake-saga', 'reconcile-sagas', 'record-upload', 'record-scan', 'sweep-uploads', 'run-attachment-step'],
    keptApart: 'Step Functions takes a token once; the row says which one is the newest',
  },
  {
    what: 'objects in `quarantine/`',
    users: ['run-attachment-step', 'record-upload', 'sweep-uploads'],
    keptApart:
      'an address takes one upload (`If-None-Match`); they are deleted only when the row says that their saga is over',
  },
  {
    what: 'objects in `clean/`',
    users: ['run-attachment-step', 'run-removal-step', 'sweep-copies'],
    keptApart:
      'copied by the ETag that was inspected, deleted after the pivot of the removal, or by the sweep once its attachment has ended without it',
  },
  {
    what: 'events that consumers have missed',
    users: ['project-views', 'unassign-tickets', 'reconcile-consumers', 'reconcile-data'],
    keptApart: 'all run the same consumer on the same checkpoint',
  },
  {
    what: 'requests of one tenant',
    users: ['every endpoint'],
    keptApart: 'portions of the rate counter, taken under its limit; an environment exceeds it by one portion at most',
  },
]
