/**
 * Resource types that hold what a deployment can't bring back, and what is lost when CloudFormation deletes or replaces one. `npm run
 * deploy` refuses to (ADR 27), and so does `infra/stack-policy.json` for other tools.
 */
export const statefulTypes: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'the address of the API: every client needs the new one',
  'AWS::Cognito::UserPool': 'every user who can sign in',
  'AWS::DynamoDB::Table': 'every row in it',
  'AWS::KMS::Key': 'every undelivered message that it encrypts',
  'AWS::S3::Bucket': 'every attachment, or the digests of history',
  'AWS::SQS::Queue': 'every message that waits in it or is kept there as a dead letter',
  'AWS::StepFunctions::StateMachine': 'every running execution: it ends at its next state transition',
}
