import type { Surroundings } from './evidence.ts'

/** What a check could not judge, because it was not logged or cannot be read on this target: whole sentences, for people. */
export function missingEvidence({ attempts, mails, objects, digests, viewReads }: Surroundings): string[] {
  return [
    ...(attempts.length > 0
      ? []
      : [
          'Not judged: what clients were answered, as none has logged it. 8, 10, 11 and 12 are checked from stored data alone.',
        ]),
    ...(mails ? [] : ['Not judged: which mails were sent. This target has no log of them.']),
    ...(objects ? [] : ['Not judged: files without a row, and rows without a file. The bucket could not be read.']),
    ...(digests ? [] : ['Not judged: whether history is as its digests say. The digests could not be read.']),
    ...(viewReads
      ? []
      : ['Not judged: 31, as nobody asked a read model for a version. npm run load does, and judges it.']),
  ]
}
