import type { VNode } from 'preact'
import type { Place } from './place.ts'

export interface Page {
  /** In the address: `#life/ticket/ID`. */
  id: string
  title: string
  view: (props: { place: Place }) => VNode
}

/** Every page, in the order of the navigation. The first one is where a console opens. */
export type Pages = readonly [Page, ...Page[]]

export function pageAt(pages: Pages, { page }: Place): Page {
  return pages.find(({ id }) => id === page) ?? pages[0]
}
