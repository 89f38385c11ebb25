import ipaddr from 'ipaddr.js'

/** The part of IPv6 that is routed on the internet; what ipaddr.js knows no other name for may lie outside (such as ::/96). */
const routedIpv6 = ipaddr.IPv6.parseCIDR('2000::/3')

/**
 * Whether an IP address is one that anyone on the internet may have: not loopback, link-local, private, shared (CGNAT), multicast,
 * unspecified, documentation or reserved, and no IPv6 form of an IPv4 address (mapped, NAT64, 6to4, Teredo), which leads to
 * wherever that one does. What is no IP address is not public.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  return address.kind() === 'ipv4' || address.match(routedIpv6)
}

/** Whether a URL's host may be sent to, as far as its text tells: a public address, or a name, which is judged when it is looked up. */
export function isPublicHost(hostname: string): boolean {
  const bare = hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase()
  if (ipaddr.isValid(bare)) return isPublicAddress(bare)
  return bare.includes('.') && !bare.endsWith('.localhost') && !bare.endsWith('.internal') && !bare.endsWith('.local')
}
