import type { LocalHandler } from 'embedded-aws/extension'

/** What the console's server answers, by the path behind its address. */
export type Routes = Record<string, { method: 'GET' | 'POST'; serve: LocalHandler }>
