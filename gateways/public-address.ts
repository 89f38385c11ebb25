import ipaddr from 'ipaddr.js'

/** Global unicast IPv6 (RFC 4291, 2.4). ipaddr.js also calls ranges outside of it `unicast`, such as ::/96. */
const routedIpv6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether the text is a public IP address: not loopback, link-local, private, shared (CGNAT), multicast, unspecified, documentation
 * or reserved. IPv6 forms of an IPv4 address (mapped, NAT64, 6to4, Teredo) are not public, because they reach whatever the IPv4
 * address reaches.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv4' || address.match(routedIpv6)
}

/** Whether a URL's host can be public, judged by its text alone: a public IP address, or a name, which is checked again when resolved. */
export function isPublicHost(hostname: string): boolean {
  const bare = hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  if (ipaddr.isValid(bare)) return isPublicAddress(bare)
  return bare.includes('.') && !bare.endsWith('.localhost') && !bare.endsWith('.internal') && !bare.endsWith('.local')
}
