/** A physical name without its prefix: `relay-outbox` for `steadfast-local-relay-outbox`. */
export function shortName(physicalName: string): string {
  return physicalName.replace(/^steadfast-[a-z]+-/, '')
}
