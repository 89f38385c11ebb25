import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { StartedMachineArns } from '../../app/consumers/start-sagas.ts'
import type { Observer } from '../../app/observer.ts'
import type { ReconcileDeps } from '../../app/reconcile/drift.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { S3ObjectStore } from '../../gateways/object-store-s3.ts'
import { SfnStateMachines } from '../../gateways/state-machines-sfn.ts'
import { clientConfig, type Target, TargetError } from '../target.ts'

/** What a reconciliation of a target needs, by its outputs. Throws {@link TargetError} when the deployment is older than an output. */
export function reconcileDeps(
  { migrated: store, outputs, edgeUrl }: Pick<Target, 'migrated' | 'outputs' | 'edgeUrl'>,
  { runtime, observer }: { runtime: Runtime; observer: Observer },
): Omit<ReconcileDeps, 'inFlightMsMax'> {
  const output = (name: string) => {
    const value = outputs[name]
    if (value === undefined) throw new TargetError(`outputs.json has no ${name}: start or deploy the stack again`)
    return value
  }
  output('RunsTable')
  const config = clientConfig(edgeUrl)
  const machineArns = StartedMachineArns.parse({
    notification: output('NotificationMachineArn'),
    webhook: output('WebhookMachineArn'),
    attachment: output('AttachmentMachineArn'),
    removal: output('RemovalMachineArn'),
  })
  return {
    store,
    runtime,
    observer,
    objects: new S3ObjectStore(output('AttachmentsBucket'), config),
    consumers: orderedConsumers(store, runtime),
    sagas: { machines: new SfnStateMachines(config), machineArns, isScanned: 'RecordScanFunction' in outputs },
  }
}
