/** What a traced function does with its own role; without it Lambda refuses to make the function. X-Ray has no resources to name. */
const tracing = { Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' };

/**
 * One role per function, complete: takes out the role that osls makes for functions without one of their own, when there are
 * none; lets CloudFormation name the others, whose given names grow too long in a stage with a long name; and adds tracing, which
 * osls gives to its own role only.
 */
module.exports = class Roles {
  constructor(serverless) {
    this.hooks = {
      'before:package:finalize': () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate;
        for (const { Type, Properties } of Object.values(template.Resources)) {
          if (Type === 'AWS::IAM::Role') delete Properties.RoleName;
          if (Type !== 'AWS::Lambda::Function' || Properties.TracingConfig?.Mode !== 'Active') continue;
          const [roleId] = Properties.Role['Fn::GetAtt'];
          template.Resources[roleId].Properties.Policies[0].PolicyDocument.Statement.push(tracing);
        }
        const { IamRoleLambdaExecution: shared, ...others } = template.Resources;
        if (shared && !JSON.stringify(others).includes('"IamRoleLambdaExecution"')) template.Resources = others;
      },
    };
  }
};
