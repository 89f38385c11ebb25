/**
 * Parts that together hold every tenant once. Tenants that have something in common, directly or through others, are in one part. A part
 * has at most `bytesMax` bytes, or it can't be divided. There is at least one part.
 */
export function planParts(
  tenants: readonly { tenant: string; bytes: number }[],
  related: readonly (readonly string[])[],
  bytesMax: number,
): string[][] {
  const groupOf = new Map(tenants.map(({ tenant }) => [tenant, [tenant]]))
  for (const [first, ...others] of related)
    for (const other of others) {
      const [into, from] = [groupOf.get(first ?? ''), groupOf.get(other)]
      if (!into || !from || into === from) continue
      into.push(...from)
      for (const tenant of from) groupOf.set(tenant, into)
    }
  const bytesOf = new Map(tenants.map(({ tenant, bytes }) => [tenant, bytes]))
  const parts: { tenants: string[]; bytes: number }[] = []
  for (const group of new Set(groupOf.values())) {
    const bytes = group.reduce((sum, tenant) => sum + (bytesOf.get(tenant) ?? 0), 0)
    const last = parts.at(-1)
    if (last && last.bytes + bytes <= bytesMax) {
      last.tenants.push(...group)
      last.bytes += bytes
    } else parts.push({ tenants: [...group], bytes })
  }
  return parts.length === 0 ? [[]] : parts.map(({ tenants: own }) => own)
}
