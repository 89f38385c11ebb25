import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { synthesize } from 'embedded-aws/tools'
import { rootDir as originalDir, readPage } from '../docs/markdown.ts'
import { applyEdit, copyRepository, type Edit, editsOf } from '../docs/recipe.ts'

/** The step that only the next version of the webhook saga has. */
export const addedStep = 'greet'

/** The attribute that only the next version writes into tickets. */
export const addedAttribute = 'channel'

/** What only the next version has of what holds data: its subscriber's queues, by their logical ids. Going back deletes them. */
export const addedQueues = ['CountCommentsQueue0532CE75', 'CountCommentsDeadLetters6FF285C4']

/** The subscriber that only the next version has, with a queue and a function of its own: that of the recipe. */
export const addedSubscriber = 'count-comments'

const changes: Edit[] = [
  {
    path: 'sagas/webhook/webhook.ts',
    find: "import { saga } from '../saga.ts'\n",
    text: "import { write } from '../plan.ts'\nimport { saga } from '../saga.ts'\n",
  },
  {
    path: 'sagas/webhook/webhook.ts',
    find: "  .compensatable('budget'",
    text: `  .compensatable('${addedStep}', { do: async () => write([], null), undo: async () => ({ plan: 'skip' as const }) })\n  .compensatable('budget'`,
  },
  {
    path: 'domain/ticket.ts',
    find: '  priority: Priority,\n  requester: UserId,\n',
    text: `  priority: Priority,\n  ${addedAttribute}: z.string().optional(),\n  requester: UserId,\n`,
  },
  {
    path: 'domain/open-ticket.ts',
    find: "    status: 'open',\n",
    text: `    status: 'open',\n    ${addedAttribute}: 'api',\n`,
  },
]

export interface Version {
  rootDir: string
  remove(): void
}

/** A copy of the repository as the next version could be: a step more, an optional attribute more, a queue and a function more. */
export function copyNextVersion(): Version {
  const rootDir = copyRepository()
  cpSync(join(originalDir, 'cdk.json'), join(rootDir, 'cdk.json'))
  for (const edit of [...editsOf(readPage('docs/recipes/add-a-subscriber.md')), ...changes]) applyEdit(edit, rootDir)
  return { rootDir, remove: () => rmSync(rootDir, { recursive: true, force: true }) }
}

/** The cloud assembly of a copy. */
export function synthesizeCopy(rootDir: string): Promise<string> {
  return synthesize({
    rootDir,
    app: 'node infra/app.ts',
    inputs: ['infra', 'functions', 'app', 'sagas', 'domain', 'console'],
    context: { keySet: 'parameter' },
    outDir: join(rootDir, 'cdk.out'),
  })
}
