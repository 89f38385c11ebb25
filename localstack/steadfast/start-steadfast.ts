import { type EmbeddedStack, type EmbeddedStackOptions, startEmbeddedStack } from 'embedded-aws'
import { bounces } from './bounces.ts'
import { consolePages } from './console/console.ts'
import type { ConsoleSources } from './console/sources.ts'
import { eventMeanings } from './event-meanings.ts'
import { malwareScans } from './malware-scans/malware-scans.ts'
import { stackName } from './stack-name.ts'
import { ensureTokenKeys, tokenAudience, tokenIssuer } from './token-keys.ts'

export interface SteadfastOptions extends Omit<EmbeddedStackOptions, 'name' | 'parameters' | 'extensions' | 'mail'> {
  /** Where the console gets what it shows of stored data; without it there is no console. */
  consoleSources?: ConsoleSources | undefined
}

/**
 * Runs Steadfast's assembly on this machine: the embedded stack with keys for tokens, bounces on request, a twin of
 * GuardDuty, and the console.
 * Throws as {@link startEmbeddedStack} does.
 */
export function startSteadfast({ consoleSources, ...options }: SteadfastOptions): Promise<EmbeddedStack> {
  return startEmbeddedStack({
    ...options,
    name: stackName,
    parameters: async (dataDir) => ({
      JwtKeySet: await ensureTokenKeys(dataDir),
      JwtIssuer: tokenIssuer,
      JwtAudience: tokenAudience,
    }),
    extensions: [
      ...[malwareScans(), bounces(), eventMeanings()],
      ...(consoleSources ? [consolePages(consoleSources)] : []),
    ],
    mail: { refusedDomain: 'bounce.example.com' },
  })
}
