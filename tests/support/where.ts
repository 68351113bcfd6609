import * as z from 'zod';

/** Where the stack of this test run answers, as `start-stack.ts` has left it in the environment. */
export const address = z.url().parse(process.env.CARILLON_TEST_URL);
const stage = z.string().min(1).parse(process.env.CARILLON_TEST_STAGE);
export const prefix = `carillon-${stage}`;
