import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { Target } from '../../proof/target.ts'
import { caller } from '../e2e/running-stack.ts'
import { conversations } from '../fixtures/conversations.ts'
import { addedQueues, copyNextVersion, type Version } from '../upgrades/next-version.ts'
import { startTraffic, type Traffic, trafficTenants } from '../upgrades/traffic.ts'
import { type Deployment, expectBothVersionsServed, expectSagasKeptTheirVersion } from '../upgrades/versions.ts'
import type { commandsFor } from './commands.ts'
import { eventSourcesOf } from './event-sources.ts'

const minuteMs = 60_000
/** Of the stream's event; the sweeper runs each minute, and takes what is older than a minute. */
const sweptMsMax = 4 * minuteMs

/** A new conversation every three seconds, most of two requests: users keep working, and a deployment still has most of the machine. */
const pace = {
  conversations: conversations(4).map((conversation, index) => {
    return { ...conversation, messages: conversation.messages.slice(0, index === 0 ? 2 : 1) }
  }),
  arrivals: { sessionsPerSecond: 0.25 },
}

interface Deployed {
  /** The commands of this version, or of the version in a folder. */
  commands(rootDir?: string): ReturnType<typeof commandsFor>
  target(): Target
  endpointUrl(): string
  /** What is deployed first. Where deployments are slow it is the next version, and the way back is shown alone. */
  first: 'this version' | 'next version'
}

/**
 * Deploys the next version, if it is not there, and this one after it, and judges what was sent meanwhile: a step each, and a later one.
 */
export function upgradeTests({ commands, target, endpointUrl, first }: Deployed) {
  let traffic: Traffic | undefined
  let upgrade: Deployment | undefined
  let back: Deployment | undefined
  let next: Version | undefined
  /** All but the revision, which each version has of its own. */
  const outputs = () => {
    const { Revision: _, ...kept } = JSON.parse(readFileSync(join(target().dataDir, 'outputs.json'), 'utf8'))
    return kept
  }
  let before: unknown
  afterAll(async () => {
    await traffic?.stop()
    next?.remove()
  })

  const nextDir = () => {
    next ??= copyNextVersion()
    return next.rootDir
  }

  return {
    async deployFirst() {
      await commands(first === 'next version' ? nextDir() : undefined).run('deploy', '--target', 'localstack')
      before = outputs()
    },

    testDeployments() {
      if (first === 'this version')
        it('is upgraded under traffic to the next version, and keeps its data', { timeout: 5 * minuteMs }, async () => {
          traffic = await startTraffic(target(), { deployments: 2, ...pace })
          upgrade = await under(traffic, () => commands(nextDir()).run('deploy', '--target', 'localstack'))
          expect(outputs()).toMatchObject(Object(before))
          await expectBothVersionsServed(target(), upgrade)
        })

      it('is taken back under traffic to the version before, and delivers by sweep what its stream does not', {
        timeout: 8 * minuteMs + sweptMsMax,
      }, async () => {
        traffic ??= await startTraffic(target(), { deployments: 1, ...pace })
        const relay = eventSourcesOf(endpointUrl(), String(target().outputs.RelayOutboxFunction))
        const agent = caller(target(), 'swept', 'ada', 'agent')
        back = await under(traffic, async () => {
          await relay.setEnabled(false)
          await expect.poll(relay.states, { timeout: minuteMs, interval: 200 }).toEqual(['Disabled'])
          const { status } = await agent.send('POST', '/tickets', { title: 'No stream', body: 'Only the outbox.' })
          expect(status).toBe(201)
          // Refused without them, and refused with them if it would not delete these queues.
          const allowed = addedQueues.flatMap((id) => ['--allow-replacement', id])
          await commands().run('deploy', '--target', 'localstack', ...allowed)
        })
        if (upgrade) expect(outputs()).toEqual(before)
        else expect(before).toMatchObject(outputs())
        await expectBothVersionsServed(target(), back)
        expect(await relay.states()).toEqual(['Disabled'])
        const open = async () => (await agent.get('/stats')).body.counts?.open
        await expect.poll(open, { timeout: sweptMsMax, interval: 1_000 }).toBe(1)
        // The stream may deliver the same event now: its receipt makes it count once.
        await relay.setEnabled(true)
        await expect.poll(relay.states, { timeout: minuteMs, interval: 200 }).toEqual(['Enabled'])
        // Other tests would wait for what was sent here.
        await traffic.untilCaughtUp()
      })
    },

    /** Later, as sagas that were refused for minutes wait for their next try. */
    testOutcome() {
      it('has lost no request and no event in its deployments, and ended every saga as it began', {
        timeout: 10 * minuteMs,
      }, async () => {
        if (!traffic || !back) throw new Error('nothing was deployed')
        await traffic.judge()
        await expectSagasKeptTheirVersion(target(), trafficTenants, { upgrade, back })
      })
    },
  }
}

/** Deploys as soon as a saga is in flight, and returns when everything that was sent is answered. */
async function under(traffic: Traffic, deploy: () => Promise<unknown>): Promise<Deployment> {
  const wave = traffic.send()
  await traffic.untilInFlight()
  const deployment = await traffic.during(deploy)
  await wave
  return deployment
}
