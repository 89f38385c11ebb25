/** A physical name without what every name here has: `relay-outbox` for `steadfast-local-relay-outbox`. */
export const shortName = (name: string) => name.replace(/^steadfast-[a-z]+-/, '').replace(/\.fifo$/, '')
