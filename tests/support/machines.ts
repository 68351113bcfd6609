import { prefix } from './where.ts';

export const machineArn = (name: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${prefix}-${name}`;
