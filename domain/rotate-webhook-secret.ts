import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'
import { nextSettings } from './settings.ts'
import { signingSecret, type Webhook, type WebhookState } from './webhook.ts'

export interface RotateWebhookSecret extends CommandMetadata {
  name: string
  /** How long messages are also signed with the secret until now; 0 for a secret that has leaked. */
  overlapSeconds: number
}

export interface RotatedSecret {
  webhook: Webhook
  /** The version of the settings. */
  version: number
}

/**
 * Gives a webhook a new secret. The one until now stays valid for the overlap, so that receivers can change theirs without refusing a
 * message. Two are valid at most: one that was still valid from an earlier rotation ends at once.
 */
export function rotateWebhookSecret(
  { settings, webhook }: WebhookState,
  { name, overlapSeconds, at, secretBytes }: RotateWebhookSecret,
): Decision<RotatedSecret> {
  if (!settings || !webhook) return refused({ why: 'not-found', what: 'webhook' })
  const { previous: _, ...kept } = webhook
  const validUntil = new Date(Date.parse(at) + overlapSeconds * 1000).toISOString()
  const rotated: Webhook = {
    ...kept,
    secret: signingSecret(secretBytes),
    ...(overlapSeconds > 0 && { previous: { secret: webhook.secret, validUntil } }),
    updatedAt: at,
  }
  const next = nextSettings(settings, settings, at)
  return changed(
    { type: 'settings.webhook_secret_rotated', data: { name } },
    [
      { operation: 'put', entity: 'settings', settings: next },
      { operation: 'put', entity: 'webhook', webhook: rotated },
    ],
    { webhook: rotated, version: next.version },
  )
}
