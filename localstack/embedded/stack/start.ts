import type { Closing } from '../closing.ts'
import type { Wakeups } from '../ports.ts'
import type { EmbeddedStackOptions } from './options.ts'

/** One start of a stack: what each of its parts is started with. */
export interface Start
  extends Omit<EmbeddedStackOptions, 'name' | 'onProgress' | 'extensions'>,
    Required<Pick<EmbeddedStackOptions, 'name' | 'onProgress' | 'extensions'>> {
  endpointUrl: string
  closing: Closing
  wakeups: Wakeups
}
