import { describe, expect, it } from '@jest/globals';
import { changesBetween } from '../../deployment/template.ts';

const template = (resources: object) => JSON.stringify({ Resources: resources });
const table = { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'a', Keys: { pk: 1, sk: 2 } } };

const built = (at: string, hash: string, timeout = 5) => ({
  Work: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: `${at}/work.zip` }, Timeout: timeout } },
  [`WorkVersion${hash}`]: {
    Type: 'AWS::Lambda::Version',
    Properties: { FunctionName: { Ref: 'Work' }, CodeSha256: hash },
  },
});

describe('a plan', () => {
  it('shows what is new, changed and gone', () => {
    const deployed = template({ A: table, B: table, C: table });
    const next = template({
      A: table,
      B: { ...table, Properties: { TableName: 'b', Keys: { pk: 1, sk: 2 } } },
      D: table,
    });
    expect(changesBetween(deployed, next)).toEqual([
      '~ AWS::DynamoDB::Table B: TableName',
      '- AWS::DynamoDB::Table C',
      '+ AWS::DynamoDB::Table D',
    ]);
  });

  it('shows nothing where only the order of keys differs', () => {
    const reordered = { Properties: { Keys: { sk: 2, pk: 1 }, TableName: 'a' }, Type: 'AWS::DynamoDB::Table' };
    expect(changesBetween(template({ A: table }), template({ A: reordered }))).toEqual([]);
  });

  it('shows a function whose code is another, and not one that was only built again', () => {
    expect(changesBetween(template(built('monday', 'x')), template(built('tuesday', 'x')))).toEqual([]);
    expect(changesBetween(template(built('monday', 'x')), template(built('tuesday', 'y')))).toEqual([
      '~ AWS::Lambda::Function Work: Code',
    ]);
    expect(changesBetween(template(built('monday', 'x')), template(built('tuesday', 'x', 9)))).toEqual([
      '~ AWS::Lambda::Function Work: Timeout',
    ]);
  });

  it('shows that a table is no longer kept when the stack goes', () => {
    const kept = { ...table, DeletionPolicy: 'Retain' };
    expect(changesBetween(template({ A: kept }), template({ A: table }))).toEqual([
      '~ AWS::DynamoDB::Table A: DeletionPolicy',
    ]);
  });
});
