import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { FORM } from '../../src/price-alerts/list-alerts.ts';
import { AlertView } from '../../src/price-alerts/view.ts';

/** Add a line, and raise FORM, when an alert in an answer has become another: clients keep lists in the form before. */
const FORMS: Record<number, string> = { 1: 'zInvMKDbZmCI' };

describe('the form of an alert in lists', () => {
  it('has a number of its own, by which entity tags of another form do not hold', () => {
    const form = createHash('sha256')
      .update(JSON.stringify(z.toJSONSchema(AlertView)))
      .digest('base64url')
      .slice(0, 12);
    expect({ [FORM]: form }).toEqual({ [FORM]: FORMS[FORM] });
  });
});
