import type { Mutant } from '../mutants/mutant.ts'

/** This version's sources as they were before the migration priority-scale: no scale in the header, one form only, no gate. */
export const previousVersion: Mutant = {
  name: 'previous-version',
  description: 'knows a priority as a word only',
  edits: [
    {
      file: 'app/open-store.ts',
      find: 'return new MigratedStore(below(tables), runtime, migrations)',
      replace: 'return below(tables)',
    },
    { file: 'domain/ticket.ts', find: '  priorityScale: PriorityScale.optional(),\n', replace: '' },
    {
      file: 'domain/open-ticket.ts',
      find: "    priorityScale: { ...gradeOf(priority, 'requested'), since: { seq: 1, at } },\n",
      replace: '',
    },
    {
      file: 'domain/correct-ticket.ts',
      find: "      priorityScale: { ...gradeOf(facts.priority, 'corrected'), since: { seq: others.version, at } },\n",
      replace: '',
    },
    {
      file: 'tables/tickets.ts',
      find: 'const { priority = priorityOnScale(row) } = row',
      replace: 'const { priority } = row',
    },
  ],
}
