import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { nameInFirstSet } from '../../infra/constructs/table-names.ts'
import { dropAttempts } from '../../proof/check/attempts-log.ts'
import { readStoredDataId } from '../../proof/stored-data-id.ts'
import { flattenOutputs } from '../../proof/target.ts'

/** Which deployment is meant: the stage, and where it is. */
export interface DeployedStage {
  stage: string
  /** The endpoint of an emulator; undefined on AWS. */
  endpointUrl?: string | undefined
  region: string
}

/** What a data folder holds about one deployment. */
export interface LocalData {
  /** Removes it, once the deployment is gone: its outputs, and the answers of its data in the clients' log. */
  forget(): void
}

/** Finds what the folder holds about this deployment; undefined when its outputs are those of another one, or there are none. */
export async function findLocalData(dataDir: string, deployed: DeployedStage): Promise<LocalData | undefined> {
  const path = join(dataDir, 'outputs.json')
  if (!existsSync(path)) return undefined
  const outputs = flattenOutputs(JSON.parse(readFileSync(path, 'utf8')))
  if (!isOf(outputs, deployed)) return undefined
  // Without tables, as after a restart of an emulator, no answer in the log is about data that still exists.
  const data = await readStoredDataId({ outputs, edgeUrl: deployed.endpointUrl }).catch(() => undefined)
  return {
    forget() {
      rmSync(path)
      if (data) dropAttempts(dataDir, data)
    },
  }
}

function isOf(outputs: Record<string, string>, { stage, endpointUrl, region }: DeployedStage): boolean {
  const { ApiUrl = '', EventsTable = '' } = outputs
  if (nameInFirstSet(EventsTable, 'Events') !== `steadfast-${stage}-events` || !URL.canParse(ApiUrl)) return false
  const { origin, hostname } = new URL(ApiUrl)
  return endpointUrl
    ? origin === new URL(endpointUrl).origin
    : hostname.includes(`.execute-api.${region}.amazonaws.com`)
}
