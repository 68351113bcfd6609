import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { Posting } from '../../src/running-game/wallet/ledger.ts';
import { walletStore } from '../../src/running-game/wallet/wallet-store.ts';
import { gameAdmin, give, wallets } from '../support/game.ts';
import { tableName, tables } from '../support/tables.ts';
import { type Answer, expectStatus, newPerson, type Person } from './person.ts';

let admin: Person;
beforeAll(async () => {
  admin = await gameAdmin();
});

const grant = (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  admin.ask('POST', '/api/v1/game/grants', { body, headers });

const walletOf = async (person: Person) => expectStatus(200, await person.ask('GET', '/api/v1/game/wallet')).body;

const Ledger = z.object({
  items: z.array(z.object({ amount: z.unknown(), reason: z.string(), reference: z.string() })),
  cursor: z.string().optional(),
});
const ledgerOf = async (person: Person, query = '') =>
  Ledger.parse(expectStatus(200, await person.ask('GET', `/api/v1/game/ledger?${query}`)).body);

const auditOf = async ({ id }: Person) =>
  expectStatus(200, await admin.ask('GET', `/api/v1/game/wallets/${id}/audit`)).body;

const posting = (userId: string, more: Partial<Posting> = {}): Posting => ({
  user_id: userId,
  key: randomUUID(),
  currency: 'coins',
  amount: 1,
  reason: 'PRIZE',
  reference: 'test',
  at: new Date().toISOString(),
  ...more,
});

describe('a wallet', () => {
  it('begins with nothing, and has what is granted, coins and tokens apart', async () => {
    const ada = await newPerson('ada');
    expect(await walletOf(ada)).toMatchObject({ coins: 0, tokens: '0' });
    expectStatus(201, await grant({ user_id: ada.id, currency: 'coins', amount: 30, note: 'Welcome' }));
    expectStatus(201, await grant({ user_id: ada.id, currency: 'coins', amount: -12, note: 'A mistake' }));
    expectStatus(201, await grant({ user_id: ada.id, currency: 'tokens', amount: '1.250001', note: 'Beta' }));
    expect(await walletOf(ada)).toMatchObject({ coins: 18, tokens: '1.250001' });
    const both = [await ledgerOf(ada), await ledgerOf(ada, 'currency=tokens')];
    expect(both.map(({ items }) => items)).toEqual([
      [
        expect.objectContaining({ amount: -12, reason: 'GRANT', reference: 'A mistake' }),
        expect.objectContaining({ amount: 30, reason: 'GRANT', reference: 'Welcome' }),
      ],
      [expect.objectContaining({ amount: '1.250001', reference: 'Beta' })],
    ]);
    expect(await auditOf(ada)).toEqual({
      balance: { coins: 18, tokens: '1.250001' },
      sum: { coins: 18, tokens: '1.250001' },
      entries: 3,
      consistent: true,
    });
  });

  it('is granted something once for one Idempotency-Key', async () => {
    const [ada, ben] = [await newPerson('ada'), await newPerson('ben')];
    const key = { 'idempotency-key': randomUUID() };
    const body = { user_id: ada.id, currency: 'coins', amount: 7, note: 'Once' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => grant(body, key)));
    const [first] = answers.map((answer) => expectStatus(201, answer).body);
    expect((await grant(body, key)).body).toEqual(first);
    expect((await grant({ ...body, amount: 8 }, key)).status).toBe(422);
    expect((await grant({ ...body, user_id: ben.id }, key)).status).toBe(422);
    expect([await walletOf(ada), await walletOf(ben)]).toMatchObject([{ coins: 7 }, { coins: 0 }]);
  });

  it('gives nothing that is not in it, and says so', async () => {
    const ada = await newPerson('ada');
    await give(ada.id, 5);
    const answer = await grant({ user_id: ada.id, currency: 'coins', amount: -6, note: 'Too much' });
    expect([answer.status, answer.body.type]).toEqual([409, 'urn:carillon:problem:insufficient-coins']);
    expect((await grant({ user_id: ada.id, currency: 'tokens', amount: '-0.000001', note: 'None' })).status).toBe(409);
    expect(await walletOf(ada)).toMatchObject({ coins: 5, tokens: '0' });
    expect((await ledgerOf(ada)).items).toHaveLength(1);
  });

  it('knows what was posted between two of its looks: the repeat of a purchase is not told that it cannot be paid', async () => {
    const userId = randomUUID();
    await give(userId, 10);
    const purchase = posting(userId, { amount: -10, reason: 'TICKET' });
    let looks = 0;
    let before: Promise<unknown> = Promise.resolve();
    const client = tables((look) => {
      const next = before.then(look);
      // After the first of them.
      before = next.then(() => (looks++ === 0 ? wallets.post(purchase) : undefined));
      return next;
    });
    const repeat = walletStore(client, tableName('game-wallets'));
    expect(await repeat.refusalOf(purchase)).toBe('POSTED_BEFORE');
    expect(looks).toBe(2);
  });

  it('never goes below zero, and loses and doubles nothing, whoever posts to it at the same time', async () => {
    const ada = await newPerson('ada');
    await give(ada.id, 10);
    const spend = Array.from({ length: 30 }, () => posting(ada.id, { amount: -1, reason: 'TICKET' }));
    // Every one of them twice.
    const outcomes = await Promise.allSettled([...spend, ...spend].map((each) => wallets.post(each)));
    const count = (outcome: string) =>
      outcomes.filter((each) => each.status === 'fulfilled' && each.value === outcome).length;
    expect(count('POSTED')).toBe(10);
    expect(await auditOf(ada)).toMatchObject({ balance: { coins: 0 }, entries: 11, consistent: true });
  });

  it('lists its entries page by page, each once, also while others come in', async () => {
    const ada = await newPerson('ada');
    const at = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
    for (let n = 0; n < 5; n++) await wallets.post(posting(ada.id, { reference: String(n), at: at(n) }));
    const first = await ledgerOf(ada, 'limit=2');
    await wallets.post(posting(ada.id, { reference: 'late', at: at(59) }));
    const second = await ledgerOf(ada, `limit=2&cursor=${first.cursor}`);
    const third = await ledgerOf(ada, `limit=2&cursor=${second.cursor}`);
    const seen = [first, second, third].flatMap(({ items }) => items.map(({ reference }) => reference));
    expect([seen, third.cursor]).toEqual([['4', '3', '2', '1', '0'], undefined]);
    const tokens = await ada.ask('GET', `/api/v1/game/ledger?currency=tokens&cursor=${first.cursor}`);
    expect(tokens.status).toBe(400);
  });

  it('goes with its user, and nothing is posted to it after that', async () => {
    const ada = await newPerson('ada');
    await give(ada.id, 10);
    expectStatus(204, await ada.ask('DELETE', '/api/v1/users/me'));
    expect(await wallets.post(posting(ada.id))).toBe('CLOSED');
    expect(await wallets.sums(ada.id)).toEqual({ coins: 0, tokens: 0, version: 0 });
    const answer = await grant({ user_id: ada.id, currency: 'coins', amount: 1, note: 'Late' });
    expect(answer.body).toMatchObject({ status: 400, errors: [{ field: 'user_id' }] });
  });
});
