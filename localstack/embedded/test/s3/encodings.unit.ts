import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAwsChunked } from '../../s3/aws-chunked.ts'
import { type Algorithm, compositeOf, etagOfParts, hasherOf, promisedChecksum } from '../../s3/checksums.ts'
import { metadataHeaders, objectHeaders, overridesOf } from '../../s3/object-headers.ts'
import { parseTagging, parseTaggingHeader } from '../../s3/tags.ts'
import { parseXml, textOf, writeXml } from '../../s3/xml.ts'
import { seed } from '../seed.ts'

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('XML', () => {
  it('carries every text there and back, and has no character that XML forbids', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for.
    const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom(...'&<>\r\n\t\u0000\u0001\ufffe\u2028'),
            fc.string({ unit: 'grapheme', maxLength: 1 }),
          ),
        }),
        (text) => {
          const written = writeXml('Root', { Key: text })
          expect(written).not.toMatch(forbidden)
          expect(textOf(parseXml(written), 'Key')).toBe(text)
        },
      ),
      { seed },
    )
  })

  it('declares version 1.1 only where a control character needs it', () => {
    expect(writeXml('Root', { Key: 'a\tb\r\n<&>"é😀' })).toMatch(/^<\?xml version="1.0"/)
    expect(writeXml('Root', { Key: 'a\u0001b' })).toMatch(/^<\?xml version="1.1" .*a&#x1;b/s)
  })

  it.each([
    ['<a>', 'an element without an end'],
    ['<a></b>', 'another end'],
    ['<a/><b/>', 'two roots'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'a document type'],
    ['<a>&b;</a>', 'an unknown entity'],
    ['<a>&#xD800;</a>', 'half a character'],
    ['<a>&</a>', 'a bare ampersand'],
    ['', 'nothing'],
    ['<a>'.repeat(30) + '</a>'.repeat(30), 'a deep nest'],
  ])('%s is refused: %s', (text) => {
    expect(codeOf(() => parseXml(text))).toBe('MalformedXML')
  })

  it('may have a declaration, comments, attributes, a namespace and CDATA', () => {
    const text = '<?xml version="1.0"?><!-- c --><s3:a xmlns:s3="x"><b c="d>"/>'
    expect(codeOf(() => parseXml(text))).toBe('MalformedXML')
    const root = parseXml('\uFEFF<?xml version="1.0"?>\n<s3:a xmlns:s3="x"> <b c="d"><![CDATA[<&]]></b>\n<c/></s3:a>')
    expect([root.name, textOf(root, 'b'), textOf(root, 'c')]).toEqual(['a', '<&', ''])
  })
})

describe('a checksum', () => {
  // Check values of the CRC catalogue and of FIPS 180 for the text 123456789.
  it.each<[Algorithm, string]>([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ])('%s is that of its definition, also in pieces', async (algorithm, expected) => {
    const hasher = hasherOf(algorithm)
    for (const part of ['123', '', '456789']) hasher.update(Buffer.from(part))
    expect((await hasher.digest()).toString('hex')).toBe(expected)
  })

  it('of parts, and their ETag, is made of those of the parts and their number', async () => {
    const md5 = '202cb962ac59075b964b07152d234b70'
    expect(await etagOfParts([md5, md5])).toMatch(/^[0-9a-f]{32}-2$/)
    expect(await compositeOf('CRC32', ['iGfMaA==', 'iGfMaA=='])).toMatch(/^[A-Za-z0-9+/]{6}==-2$/)
  })

  it.each([
    [{ 'x-amz-checksum-crc32': 'AAAAAA==' }, { algorithm: 'CRC32', value: 'AAAAAA==' }],
    [{ 'x-amz-trailer': 'x-amz-checksum-sha256' }, { algorithm: 'SHA256', value: undefined }],
    [{}, undefined],
  ])('is promised by %j', (headers, expected) => {
    expect(promisedChecksum(headers)).toEqual(expected)
  })

  it.each([
    [{ 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    [{ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': 'AAAA' }, 'InvalidRequest'],
    [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
    [{ 'x-amz-sdk-checksum-algorithm': 'CRC31' }, 'InvalidRequest'],
    [{ 'x-amz-checksum-xxhash64': 'AAAA' }, 'NotImplemented'],
  ])('promised by %j is refused', (headers, code) => {
    expect(codeOf(() => promisedChecksum(headers))).toBe(code)
  })
})

describe('a body in chunks', () => {
  async function decode(text: string, pieceBytes = 1000) {
    const bytes = Buffer.from(text)
    const trailers: string[] = []
    async function* source() {
      for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
    }
    const found: Buffer[] = []
    for await (const part of decodeAwsChunked(source(), (name, value) => trailers.push(`${name}=${value}`)))
      found.push(part)
    return [Buffer.concat(found).toString(), ...trailers]
  }
  const signed = '5;chunk-signature=aa\r\nhel\r\n\r\n3;chunk-signature=bb\r\nlo!\r\n0;chunk-signature=cc\r\n'

  it.each([1, 2, 3, 7, 1000])('is read with its trailers when it arrives %i bytes at a time', async (pieceBytes) => {
    expect(await decode(`${signed}\r\n`, pieceBytes)).toEqual(['hel\r\nlo!'])
    expect(await decode(`${signed}X-Amz-Checksum-Crc32:AAAA\r\nx-amz-trailer-signature:d\r\n\r\n`, pieceBytes)).toEqual(
      [...['hel\r\nlo!', 'x-amz-checksum-crc32=AAAA', 'x-amz-trailer-signature=d']],
    )
  })

  it.each(['5\r\nhel', '5\r\nhello', 'x\r\n', '5\r\nhelloX\r\n0\r\n\r\n', `${signed}\r\nmore`, '1'.repeat(5000), ''])(
    'that ends or goes on where it must not is refused (%#)',
    async (text) => {
      await expect(decode(text)).rejects.toMatchObject({ code: 'IncompleteBody' })
    },
  )
})

describe('a header of an object', () => {
  it('keeps metadata outside of ASCII, and sends it as RFC 2047 says', () => {
    const sent = Buffer.from('naïve €').toString('latin1')
    const { metadata } = objectHeaders({
      'x-amz-meta-a': sent,
      'x-amz-meta-b': '=?UTF-8?B?w6TigqA=?=',
      'x-amz-meta-c': '=?utf-8?q?=C3=A4_b?=',
    })
    expect(metadata).toEqual({ a: 'naïve €', b: 'ä₠', c: 'ä b' })
    expect(metadataHeaders({ a: 'x y', b: 'ä' })).toEqual({ 'x-amz-meta-a': 'x y', 'x-amz-meta-b': '=?UTF-8?B?w6Q=?=' })
  })

  it('defaults the content type as S3 does, and stores no aws-chunked', () => {
    expect(objectHeaders({ 'content-encoding': 'aws-chunked' }).system).toEqual({
      'content-type': 'binary/octet-stream',
      'x-amz-server-side-encryption': 'AES256',
    })
    expect(objectHeaders({ 'content-encoding': 'gzip, aws-chunked' }).system['content-encoding']).toBe('gzip')
  })

  it('that no answer could carry is refused', () => {
    const override = (value: string) =>
      codeOf(() => overridesOf(new URLSearchParams({ 'response-content-disposition': value })))
    expect(['plain', 'é', '€', 'a\r\nb: c', '\u0000'].map(override)).toEqual([
      ...[undefined, undefined, 'InvalidArgument', 'InvalidArgument', 'InvalidArgument'],
    ])
    expect(codeOf(() => objectHeaders({ 'x-amz-meta-a': 'x'.repeat(2048) }))).toBe('MetadataTooLarge')
  })
})

describe('tags', () => {
  const document = (tags: string) => `<Tagging><TagSet>${tags}</TagSet></Tagging>`
  const tag = (key: string, value = 'v') => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`

  it('are read from a document and from a header', () => {
    expect(parseTagging(document(tag('a', 'b c')), 'object')).toEqual([{ Key: 'a', Value: 'b c' }])
    expect(parseTaggingHeader('a=1&b%20c=')).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b c', Value: '' },
    ])
  })

  it.each([
    [document(tag('a') + tag('a')), 'InvalidTag'],
    [document(tag('')), 'InvalidTag'],
    [document(tag('a', '{')), 'InvalidTag'],
    [document(tag('aws:x')), 'InvalidTag'],
    [document(Array.from({ length: 11 }, (_, index) => tag(`${index}`)).join('')), 'BadRequest'],
    ['<Tagging/>', 'MalformedXML'],
  ])('that S3 does not take are refused (%#)', (text, code) => {
    expect(codeOf(() => parseTagging(text, 'object'))).toBe(code)
  })
})
