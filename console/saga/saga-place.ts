import type { Place } from '../shell/place.ts'

/** A saga belongs to a tenant: `#saga/TENANT/ID`. */
export interface SagaRef {
  tenant: string
  id: string
}

export const sagaPlace = ({ tenant, id }: SagaRef): Place => ({ page: 'saga', details: [tenant, id] })

/** The saga that a place of this page names; undefined when it names none. */
export function sagaOf({ details: [tenant = '', id = ''] }: Place): SagaRef | undefined {
  return tenant !== '' && id !== '' ? { tenant, id } : undefined
}
