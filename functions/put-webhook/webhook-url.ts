import * as z from 'zod'
import { isPublicHost } from '../../gateways/public-address.ts'

/**
 * A URL that webhooks may be sent to: https, without credentials or fragment. Its host name is resolved and checked again at each
 * delivery; this schema refuses the URLs to which no delivery could ever be allowed.
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
    .refine((text) => protocols.includes(parsed(text)?.protocol ?? ''), 'must start with https://')
    .refine((text) => !parsed(text)?.username && !parsed(text)?.password, 'must not contain a user name or password')
    .refine((text) => !text.includes('#'), 'must not have a fragment')
    .refine((text) => allowsPrivate || isPublicHost(parsed(text)?.hostname ?? ''), 'must be a public internet address')
    .meta({ format: 'uri', description: 'An https URL on the public internet. Redirects are not followed.' })
}

function parsed(text: string): URL | undefined {
  return URL.parse(text) ?? undefined
}
