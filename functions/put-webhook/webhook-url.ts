import * as z from 'zod'
import { isPublicHost } from '../../gateways/public-address.ts'

/**
 * Where messages may be sent: an https address without credentials or fragment. A name is looked up, and what it stands for
 * judged, whenever something is sent; an address that could never be sent to is refused here already.
 */
export function webhookUrl({ allowsPrivate }: { allowsPrivate: boolean }) {
  const protocols = allowsPrivate ? ['https:', 'http:'] : ['https:']
  return z
    .string()
    .max(2048)
    .refine((text) => /^[\x21-\x7e]+$/.test(text) && parsed(text) !== undefined, {
      error: 'must be an absolute URL',
      abort: true,
    })
    .refine((text) => protocols.includes(parsed(text)?.protocol ?? ''), 'must begin with https://')
    .refine((text) => !parsed(text)?.username && !parsed(text)?.password, 'must not contain a user name or password')
    .refine((text) => !text.includes('#'), 'must not have a fragment')
    .refine((text) => allowsPrivate || isPublicHost(parsed(text)?.hostname ?? ''), 'must be an address on the internet')
    .meta({ format: 'uri', description: 'An https address on the internet. Redirects are not followed.' })
}

function parsed(text: string): URL | undefined {
  return URL.parse(text) ?? undefined
}
