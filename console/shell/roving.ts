/**
 * Where the focus goes in a row of buttons that is one stop of the Tab key (WAI-ARIA Authoring Practices, "Managing focus within components
 * using a roving tabindex"): arrows go to the neighbour and around at the ends, Home and End to the ends. Undefined for any other key.
 */
export function nextInRow(key: string, at: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return (at + 1) % count
    case 'ArrowLeft':
    case 'ArrowUp':
      return (at - 1 + count) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
