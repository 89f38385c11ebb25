import * as z from 'zod'
import { Hold } from '../../domain/hold.ts'

const dependency = z.string().meta({ description: '`mail`, `scanner`, or `webhook:` and the name of a webhook.' })

export const HoldResource = Hold.extend({ dependency }).meta({
  id: 'Hold',
  description: 'Sagas of the tenant that need this dependency wait, without calling it, until it is released.',
})

export const ReleasedHoldResource = z.strictObject({ dependency }).meta({
  id: 'ReleasedHold',
  description: 'A dependency that is not held any more: the sagas that waited for it go on.',
})
