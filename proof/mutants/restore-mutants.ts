import type { Mutant } from './mutant.ts'

/** Mistakes in the repair of restored tables, which an operator's command runs, and no function. */

export const keepWhatIsAhead: Mutant = {
  name: 'keep-what-is-ahead',
  description: 'The repair of restored tables keeps the events that are ahead of their ticket.',
  edits: [
    {
      file: 'app/restore/plan-repair.ts',
      find: "  for (const { row } of history.cut) draft.remove('Events', row)\n",
      replace: '',
    },
  ],
}

export const forgetWhatWasSent: Mutant = {
  name: 'forget-what-was-sent',
  description: 'The repair of restored tables does not note which messages are known to have been sent.',
  edits: [
    {
      file: 'app/restore/restart-sagas.ts',
      find: '  const messenger = messengers[name]\n  if (!messenger) return\n',
      replace: '  const messenger = messengers[name]\n  if (messenger) return\n',
    },
  ],
}

export const restoreMutants: readonly Mutant[] = [keepWhatIsAhead, forgetWhatWasSent]
