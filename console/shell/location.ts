import { signal } from '@preact/signals'
import { type Place, placeFragment, readPlace } from './place.ts'

export const place = signal<Place>(readPlace(location.hash))

addEventListener('hashchange', () => {
  place.value = readPlace(location.hash)
})

export function goTo(there: Place): void {
  location.hash = placeFragment(there)
}
