import * as z from 'zod'

import {
  anything,
  arn,
  kind,
  type LoadContext,
  named,
  nameOf,
  number,
  physicalName,
  type Resource,
  text,
  why,
} from '../kind.ts'
import { TemplateError } from '../template-error.ts'

const functionName = named('FunctionName')
const functionArn = (resource: Resource) => arn('lambda', `function:${functionName(resource)}`)

const lambda = kind({
  honours: {
    FunctionName: text.optional(),
    Code: z.strictObject({ S3Bucket: text, S3Key: text }),
    Handler: text,
    Runtime: text.refine((runtime) => runtime.startsWith('nodejs'), 'the embedded stack supports Node.js only'),
    Role: text,
    Environment: z.strictObject({ Variables: z.record(z.string(), text).optional() }).optional(),
    Timeout: number.optional(),
    MemorySize: number.optional(),
    ReservedConcurrentExecutions: number.optional(),
    PackageType: z.literal('Zip').optional(),
  },
  ignores: {
    Architectures: 'the code is JavaScript',
    Description: why.description,
    EphemeralStorage: 'the disk of this machine is the limit',
    KmsKeyArn: why.encryption,
    LoggingConfig: why.logs,
    RecursiveLoop: 'local invocations cost nothing',
    RuntimeManagementConfig: 'there is one runtime: the Node that this project brings',
    Tags: why.tags,
    TracingConfig: why.tracing,
  },
  ref: functionName,
  attributes: { Arn: functionArn },
  add: (model, resource, properties, context) =>
    model.functions.push({
      path: resource.path,
      name: functionName(resource),
      arn: functionArn(resource),
      codeDir: codeDir(properties.Code.S3Key, context),
      handler: properties.Handler,
      runtime: properties.Runtime,
      environment: properties.Environment?.Variables ?? {},
      timeoutSeconds: properties.Timeout ?? 3,
      memoryMb: properties.MemorySize ?? 128,
      roleName: nameOf(properties.Role),
      ...(properties.ReservedConcurrentExecutions !== undefined && {
        reservedConcurrency: properties.ReservedConcurrentExecutions,
      }),
    }),
})

function codeDir(objectKey: string, context: LoadContext): string {
  const path = context.asset(objectKey)
  if (path === undefined) throw new TemplateError(`property Code: the assembly has no asset ${objectKey}`)
  return path
}

function versionNumber(resource: Resource, context: LoadContext): string {
  const functionName = nameOf(String(resource.property('FunctionName')))
  const codeDir = context.bundleOf(functionName)
  if (codeDir === undefined)
    throw new TemplateError(`property FunctionName: the function ${functionName} does not exist`)
  return String(context.functionVersion(functionName, resource.logicalId, codeDir))
}
const versionArn = (resource: Resource, context: LoadContext) =>
  arn('lambda', `function:${nameOf(String(resource.property('FunctionName')))}:${versionNumber(resource, context)}`)

const version = kind({
  honours: { FunctionName: text },
  ignores: {
    CodeSha256: 'the assembly names the code',
    Description: why.description,
    ProvisionedConcurrencyConfig: 'workers are kept warm anyway',
  },
  ref: versionArn,
  attributes: { Version: versionNumber, FunctionArn: versionArn },
  add: (model, resource, { FunctionName }, context) =>
    model.functionVersions.push({
      path: resource.path,
      logicalId: resource.logicalId,
      functionName: nameOf(FunctionName),
      version: versionNumber(resource, context),
      arn: versionArn(resource, context),
    }),
})

const aliasArn = (resource: Resource) =>
  arn('lambda', `function:${nameOf(String(resource.property('FunctionName')))}:${String(resource.property('Name'))}`)

const alias = kind({
  honours: { FunctionName: text, FunctionVersion: text, Name: text },
  ignores: { Description: why.description, ProvisionedConcurrencyConfig: 'workers are kept warm anyway' },
  ref: aliasArn,
  attributes: { AliasArn: aliasArn },
  add: (model, resource, { FunctionName, FunctionVersion, Name }) =>
    model.functionAliases.push({
      path: resource.path,
      functionName: nameOf(FunctionName),
      name: Name,
      version: FunctionVersion,
      arn: aliasArn(resource),
    }),
})

const asyncInvokeConfig = kind({
  honours: {
    FunctionName: text,
    Qualifier: text,
    MaximumRetryAttempts: number.optional(),
    MaximumEventAgeInSeconds: number.optional(),
    DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: text }) }).optional(),
  },
  ref: physicalName,
  add: (model, resource, properties) =>
    model.asyncInvokeConfigs.push({
      path: resource.path,
      functionName: nameOf(properties.FunctionName),
      maximumRetryAttempts: properties.MaximumRetryAttempts ?? 2,
      maximumEventAgeSeconds: properties.MaximumEventAgeInSeconds ?? 6 * 60 * 60,
      ...(properties.DestinationConfig && { onFailureArn: properties.DestinationConfig.OnFailure.Destination }),
    }),
})

const permission = kind({
  honours: {
    Action: z.literal('lambda:InvokeFunction'),
    FunctionName: text,
    Principal: text,
    SourceArn: text.optional(),
    SourceAccount: text.optional(),
  },
  ref: physicalName,
  add: (model, resource, { FunctionName, Principal, SourceArn }) =>
    model.permissions.push({
      path: resource.path,
      functionRef: FunctionName,
      principal: Principal,
      ...(SourceArn !== undefined && { sourceArn: SourceArn }),
    }),
})

const machineName = named('StateMachineName')
const machineArn = (resource: Resource) => arn('states', `stateMachine:${machineName(resource)}`)

const stateMachine = kind({
  honours: {
    StateMachineName: text.optional(),
    Definition: z.record(z.string(), anything).optional(),
    DefinitionString: text.optional(),
    DefinitionS3Location: z.strictObject({ Bucket: text, Key: text }).optional(),
    DefinitionSubstitutions: z.record(z.string(), text).optional(),
    RoleArn: text,
    StateMachineType: z.literal('STANDARD', 'express workflows are not supported by the embedded stack').optional(),
  },
  ignores: {
    EncryptionConfiguration: why.encryption,
    LoggingConfiguration: why.logs,
    Tags: why.tags,
    TracingConfiguration: why.tracing,
  },
  ref: machineArn,
  attributes: { Arn: machineArn, Name: machineName },
  add: (model, resource, properties, context) => {
    const { Definition, DefinitionString, DefinitionS3Location: location, DefinitionSubstitutions = {} } = properties
    const source = location
      ? context.assetText(location.Key)
      : (DefinitionString ?? (Definition && JSON.stringify(Definition)))
    if (source === undefined) throw new TemplateError('property DefinitionString: the definition is missing')
    const definition = source.replace(
      /\$\{(\w+)\}/g,
      (whole, name: string) => DefinitionSubstitutions[name]?.replaceAll(/["\\]/g, '\\$&') ?? whole,
    )
    model.stateMachines.push({
      path: resource.path,
      name: machineName(resource),
      arn: machineArn(resource),
      definition,
      roleArn: properties.RoleArn,
      type: 'STANDARD',
    })
  },
})

export const computeKinds = {
  'AWS::Lambda::Function': lambda,
  'AWS::Lambda::Version': version,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventInvokeConfig': asyncInvokeConfig,
  'AWS::Lambda::Permission': permission,
  'AWS::StepFunctions::StateMachine': stateMachine,
}
