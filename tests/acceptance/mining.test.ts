import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { miningStore } from '../../src/running-game/mining/mining-store.ts';
import { territoryStore } from '../../src/running-game/territories/territory-store.ts';
import { gameAdmin, give, wallets } from '../support/game.ts';
import { insist } from '../support/insist.ts';
import { executionsOf, stateOf } from '../support/machines.ts';
import { tableName, tables } from '../support/tables.ts';
import { until } from '../support/until.ts';
import { type Answer, expectStatus, newPerson, type Person } from './person.ts';

const DAY = 24 * 3600_000;
const mining = miningStore(tables(), tableName('game-wallets'));
const territories = territoryStore(tables(), tableName('game-territories'), 30 * DAY);

let people = 0;
async function newMiner(coins: number): Promise<Person> {
  const person = await newPerson(`miner-${people++}`);
  if (coins > 0) await give(person.id, coins);
  return person;
}

const look = async (person: Person) => expectStatus(200, await person.ask('GET', '/api/v1/game/mining')).body;
const claim = (person: Person, headers: Record<string, string> = {}) =>
  person.ask('POST', '/api/v1/game/mining/claim', { headers });
function claimOnce(person: Person): Promise<Answer> {
  const headers = { 'idempotency-key': randomUUID() };
  return insist(() => claim(person, headers));
}
const walletOf = async (person: Person) => expectStatus(200, await person.ask('GET', '/api/v1/game/wallet')).body;
const mined = async ({ id }: Person) =>
  (await wallets.entries(id, 'tokens', { limit: 100, after: undefined })).items.map(({ amount }) => amount);

/** The energy of somebody is as after so many milliseconds without mining. */
async function wait({ id }: Person, milliseconds: number): Promise<void> {
  const before = await mining.find(id);
  const emptyAt = new Date((before.emptyAt ?? new Date()).getTime() - milliseconds);
  expect(await mining.replace(id, before, { ...before, emptyAt, version: before.version + 1 }, [])).toBe(true);
}

/** A round of an hour, until its execution has ended; the state in which it has. */
async function round(hour: string, name: string = randomUUID()): Promise<string | undefined> {
  const executions = executionsOf('mining-round');
  await executions.start(name, { time: `${hour}:00:00Z` });
  await until('the end of a round', async () => ((await executions.status(name)) === 'ENDED' ? true : undefined));
  return stateOf('mining-round', name);
}

describe('mining', () => {
  it('turns all energy into tokens, in proportion to coins and cells, and then there is nothing to claim', async () => {
    const ada = await newMiner(250);
    const captor = { run_id: randomUUID(), user_id: ada.id, saved_at: new Date().toISOString() };
    for (const cell of ['one', 'two', 'three'])
      await territories.capture({ area: `mine-${ada.id}`, cell: `${cell}-${ada.id}` }, captor);
    // 0.01 a coin, and 0.1 a cell.
    expect(await until('the cells', async () => ((await look(ada)).cells === 3 ? look(ada) : undefined))).toEqual({
      ...{ energy: 100, max: 100, full_at: null },
      ...{ coins: 250, cells: 3, would_yield: '2.8' },
    });
    expect(await walletOf(ada)).toEqual({ coins: 250, tokens: '0', energy: 100, energy_max: 100 });
    const asked = Date.now();
    const { body } = expectStatus(201, await claim(ada));
    expect(body).toEqual({ tokens: '2.8', mined_at: expect.any(String) });
    expect(await walletOf(ada)).toEqual({ coins: 250, tokens: '2.8', energy: 0, energy_max: 100 });

    const empty = await look(ada);
    expect(empty).toMatchObject({ energy: 0, would_yield: '0' });
    const hours = (Date.parse(String(empty.full_at)) - asked) / 3600_000;
    expect(hours).toBeGreaterThan(7.9);
    expect(hours).toBeLessThan(8.1);
    const { body: refused, headers } = expectStatus(409, await claim(ada));
    expect(refused).toMatchObject({ type: 'urn:carillon:problem:nothing-to-claim' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(288);

    // A quarter of a full measure, and half of a unit that is kept.
    await wait(ada, 2 * 3600_000 + 144_000);
    expect(await look(ada)).toMatchObject({ energy: 25, would_yield: '0.7' });
    expect(expectStatus(201, await claim(ada)).body).toMatchObject({ tokens: '0.7' });
    expect(await walletOf(ada)).toMatchObject({ tokens: '3.5' });
    expect(await mined(ada)).toEqual([700_000, 2_800_000]);
  });

  it('brings nothing to whoever holds nothing, who keeps the energy', async () => {
    const ben = await newMiner(0);
    const { body, headers } = expectStatus(409, await claim(ben));
    expect(body).toMatchObject({
      type: 'urn:carillon:problem:nothing-to-claim',
      detail: expect.stringContaining('holds'),
    });
    expect(headers.get('retry-after')).toBeNull();
    expect(await look(ben)).toMatchObject({ energy: 100, coins: 0, cells: 0, would_yield: '0' });
  });

  it('answers the same request again with what it has brought, and another one with nothing', async () => {
    const cleo = await newMiner(100);
    const headers = { 'idempotency-key': randomUUID() };
    const first = expectStatus(201, await claim(cleo, headers)).body;
    expect(expectStatus(201, await claim(cleo, headers)).body).toEqual(first);
    await wait(cleo, 8 * 3600_000);
    expect(expectStatus(201, await claim(cleo, headers)).body).toEqual(first);
    expect(await look(cleo)).toMatchObject({ energy: 100 });
    expect(await mined(cleo)).toEqual([1_000_000]);
  });

  it('claimed a hundred times at once is claimed once', async () => {
    const dora = await newMiner(100);
    const answers = await Promise.all(Array.from({ length: 100 }, () => claimOnce(dora)));
    const byStatus = Object.groupBy(answers, ({ status }) => status);
    expect(Object.keys(byStatus).sort()).toEqual(['201', '409']);
    expect(byStatus[201]?.map(({ body }) => body.tokens)).toEqual(['1']);
    expect(byStatus[409]?.length).toBe(99);
    expect(await mined(dora)).toEqual([1_000_000]);
    const admin = await gameAdmin();
    const audit = await admin.ask('GET', `/api/v1/game/wallets/${dora.id}/audit`);
    expect(expectStatus(200, audit).body).toMatchObject({ consistent: true });
  }, 120_000);
});

describe('a round', () => {
  const before = '2026-01-01T';
  let eva: Person;
  let finn: Person;
  beforeAll(async () => {
    [eva, finn] = await Promise.all([newMiner(100), newMiner(300)]);
  });

  it('mines for everybody by the same formula, once in its hour, however often it is run, and at once', async () => {
    const ends = await Promise.all([round(`${before}08`), round(`${before}08`)]);
    expect(ends).toEqual(['RoundDone', 'RoundDone']);
    expect(await mined(eva)).toEqual([1_000_000]);
    expect(await mined(finn)).toEqual([3_000_000]);
    await Promise.all([wait(eva, 3600_000), wait(finn, 4 * 3600_000)]);
    expect(await round(`${before}08`)).toBe('RoundDone');
    expect(await mined(eva)).toEqual([1_000_000]);
    expect(await round(`${before}09`)).toBe('RoundDone');
    expect(await mined(eva)).toEqual([120_000, 1_000_000]);
    expect(await mined(finn)).toEqual([1_500_000, 3_000_000]);
    // A claim right after it finds what has refilled since: nothing yet.
    expectStatus(409, await claim(eva));
  }, 120_000);

  it('leaves no trace on whoever has left', async () => {
    const greta = await newMiner(100);
    await wallets.close(greta.id, new Date());
    expect(await round(`${before}10`)).toBe('RoundDone');
    expect(await wallets.balanceOf(greta.id)).toEqual({ coins: 0, tokens: 0, version: 0 });
    expect(await mining.find(greta.id)).toMatchObject({ version: 0 });
  }, 120_000);
});
