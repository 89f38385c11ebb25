/** RFC 5321, 4.5.3.1.1, in octets. */
const localPartMax = 64

/** A label of a host name: RFC 1123, 2.1. */
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'

const dotAtom = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"

const mailbox = new RegExp(`^(${dotAtom})@${label}(?:\\.${label})*$`, 'i')

/**
 * Whether the text is one mailbox in plain ASCII without a display name (RFC 5321, 4.1.2, without quoted local parts and address literals):
 * safe as it is in a header and in an SMTP envelope, and of a shape that mail services accept.
 */
export function isMailbox(text: string): boolean {
  const [, localPart = ''] = mailbox.exec(text) ?? []
  return localPart !== '' && localPart.length <= localPartMax
}
