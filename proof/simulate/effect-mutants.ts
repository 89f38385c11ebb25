import type { Mutant } from '../mutants/mutant.ts'

/** Mistakes in sagas whose effects are outside the tables: webhooks, uploads and removals. */

const newMessageIdPerAttempt: Mutant = {
  name: 'new-message-id-per-attempt',
  description: 'Each attempt to send a webhook message gives it a new id.',
  edits: [
    {
      file: 'sagas/webhook/deliver.ts',
      find: 'const message = { id, url:',
      replace: 'const message = { id: runtime.newId(), url:',
    },
  ],
}

const noAnswerIsRefusal: Mutant = {
  name: 'no-answer-is-a-refusal',
  description:
    'An endpoint that does not answer counts as one that refuses: its saga compensates, although the message may have arrived.',
  edits: [
    {
      file: 'sagas/webhook/deliver.ts',
      find: '        if (!hasPassed(deadline, giveUpAfterMs, runtime.now()))\n',
      replace:
        "        if (outcome.why) return { status: 'refused', why: outcome.why }\n        if (!hasPassed(deadline, 0, 0))\n",
    },
  ],
}

const ownHoldsOnly: Mutant = {
  name: 'own-holds-only',
  description: 'A step looks only at what its tenant holds, and calls while everything is held.',
  edits: [
    {
      file: 'domain/hold.ts',
      find: 'if (everything?.hold) return everythingIsHeld',
      replace: 'void everything',
    },
  ],
}

const putReplacesSecret: Mutant = {
  name: 'put-replaces-secret',
  description: 'Changing the events of a webhook gives it a new secret, which its receiver does not know.',
  edits: [
    {
      file: 'domain/put-webhook.ts',
      find: 'const identity = webhook ?? { secret: signingSecret(secretBytes), since, createdAt: at }',
      replace: 'const identity = { since, createdAt: at, ...webhook, secret: signingSecret(secretBytes) }',
    },
  ],
}

const subscribersFromNow: Mutant = {
  name: 'subscribers-as-of-now',
  description:
    'Which webhooks receive an event is read from the settings as they are when its message arrives, not as of the event.',
  edits: [
    {
      file: 'domain/subscribers.ts',
      find: 'const isSubscribed = from <= recordedAt && (until === undefined || recordedAt < until)',
      replace: 'const isSubscribed = until === undefined',
    },
  ],
}

const noVerdictIsClean: Mutant = {
  name: 'no-verdict-is-clean',
  description: 'A wait for a scan that ends without a verdict counts as a clean scan.',
  edits: [
    {
      file: 'sagas/attachment/scan.ts',
      find: "return verdict?.verdict === 'clean' ?",
      replace: "return verdict?.verdict !== 'infected' ?",
    },
  ],
}

const deletedBeforeRemoved: Mutant = {
  name: 'deleted-before-removed',
  description: 'A removal deletes the file before its ticket has lost it.',
  edits: [
    {
      file: 'sagas/removal/removal.ts',
      find: "  .pivot('remove', { do: remove })\n  .retriable('delete', { do: deleteObject })\n",
      replace:
        "  .compensatable('delete', { do: deleteObject, undo: async () => ({ plan: 'skip' }) })\n  .pivot('remove', { do: remove })\n",
    },
  ],
}

const removedBytesNotReleased: Mutant = {
  name: 'removed-bytes-not-released',
  description: 'A removal releases the bytes of the tenant, but forgets those of the person.',
  edits: [
    {
      file: 'tables/attachment-quota.ts',
      find: 'return isCounted ? [ofTenant, release(tenant, requestedBy, { usedBytes: -sizeBytes })] : [ofTenant]',
      replace: 'return isCounted && requestedBy ? [ofTenant] : [ofTenant]',
    },
  ],
}

export const effectMutants: readonly Mutant[] = [
  newMessageIdPerAttempt,
  noAnswerIsRefusal,
  ownHoldsOnly,
  putReplacesSecret,
  subscribersFromNow,
  noVerdictIsClean,
  deletedBeforeRemoved,
  removedBytesNotReleased,
]
