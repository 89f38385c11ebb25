import type { Row } from '../../tables/store.ts'

/** What a write to the row of a saga tells of its way, for the coverage of a run. */
export function progressOf(before: Row, after: Row): string[] {
  const [from, to] = [heldBy(before), heldBy(after)]
  return [
    ...(before.state === after.state ? [] : [`a saga went from ${before.state} to ${after.state}`]),
    ...(to !== undefined && to !== from ? [`a saga began to wait for the release of ${to}`] : []),
    ...(from !== undefined && from !== to ? [`a saga went on after the release of ${from}`] : []),
  ]
}

/** The kind of dependency on whose release the saga waits. */
function heldBy({ held }: Row): string | undefined {
  const dependency = (held as { dependency: string } | undefined)?.dependency
  return dependency?.split(':')[0]
}
