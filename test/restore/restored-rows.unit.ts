import { describe, expect, it } from 'vitest'
import { continuedSaga, requestedAgain } from '../../tables/restored-rows.ts'
import { ofOneGeneration } from '../../tables/sagas.ts'

describe('a saga that is continued after a restore', () => {
  it('keeps nothing of the execution that was cut: no parking, no wait for a release', () => {
    const ofExecution = Object.fromEntries(ofOneGeneration.map((attribute) => [attribute, 'of an execution']))
    const row = {
      pk: 'TENANT#acme#SAGA#s1',
      sk: 'SAGA',
      tenant: 'acme',
      id: 's1',
      task: {},
      endedAt: 'then',
      ...ofExecution,
    }
    const at = '2026-03-01T12:00:00.000Z'
    expect(continuedSaga(row, { isNew: false, state: 'running', version: 1, eventHash: undefined, at })).toEqual({
      pk: row.pk,
      sk: row.sk,
      tenant: 'acme',
      id: 's1',
      state: 'running',
      version: 1,
      touchedAt: at,
      livePk: 'TENANT#acme#LIVE',
    })
  })
})

describe('an upload whose saga begins anew after a restore', () => {
  it('has an open slot again, and the verdict that was reported of it', () => {
    const key = { pk: 'TENANT#acme#TICKET#t1', sk: 'ATTACHMENT#a1' }
    const verdict = { scan: { verdict: 'clean' }, sizeBytes: 7 }
    const before = {
      uploadedAt: 'then',
      uploadExpiresAt: 'later',
      token: 't',
      scanToken: 's',
      scanEtag: 'e',
      state: 'inspecting',
    }
    expect(requestedAgain({ ...key, ...verdict, ...before })).toEqual({ ...key, ...verdict, state: 'requested' })
  })
})
