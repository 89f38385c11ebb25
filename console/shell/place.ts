/** Where one is: `#life/ticket/ID` is the page `life` with two details. */
export interface Place {
  page: string
  details: readonly string[]
}

/** The place that a fragment names; details are percent-encoded there. What can't be decoded is left out. */
export function readPlace(fragment: string): Place {
  const [page = '', ...details] = fragment.replace(/^#\/?/, '').split('/').flatMap(decoded)
  return { page, details }
}

export function placeFragment({ page, details }: Place): string {
  return `#${[page, ...details.map(encodeURIComponent)].join('/')}`
}

function decoded(text: string): string[] {
  try {
    return [decodeURIComponent(text)]
  } catch {
    return []
  }
}
