import * as z from 'zod'
import { arn, kind, nameOf, physicalName, type Resource, text, why } from '../kind.ts'

const planArn = (resource: Resource) => arn('guardduty', `malware-protection-plan/${physicalName(resource)}`)

const malwareProtectionPlan = kind({
  honours: {
    ProtectedResource: z.strictObject({
      S3Bucket: z.strictObject({ BucketName: text, ObjectPrefixes: z.array(text).optional() }),
    }),
    Role: text,
    Actions: z
      .strictObject({
        Tagging: z.strictObject({ Status: z.literal('DISABLED', 'tagging is not supported by the embedded stack') }),
      })
      .optional(),
  },
  ignores: { Tags: why.tags },
  ref: physicalName,
  attributes: { Arn: planArn, MalwareProtectionPlanId: physicalName },
  add: (model, resource, { ProtectedResource: { S3Bucket }, Role }) =>
    model.malwarePlans.push({
      path: resource.path,
      arn: planArn(resource),
      bucketName: S3Bucket.BucketName,
      prefixes: S3Bucket.ObjectPrefixes ?? [''],
      roleName: nameOf(Role),
    }),
})

export const guardDutyKinds = { 'AWS::GuardDuty::MalwareProtectionPlan': malwareProtectionPlan }
