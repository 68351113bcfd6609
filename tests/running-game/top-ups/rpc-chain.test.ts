import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { ChainUnavailable } from '../../../src/running-game/top-ups/chain.ts';
import { rpcChain } from '../../../src/running-game/top-ups/rpc-chain.ts';
import { call, POOR, startChain, type TestChain } from '../../support/chain.ts';
import { CHAIN_ID, PAID_TO, TOKEN_TAKEN } from '../../support/test-settings.ts';

const UNKNOWN = `0x${'7'.repeat(64)}`;

const closing: (() => Promise<unknown>)[] = [];
async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return `http://127.0.0.1:${bound.port}`;
}
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe('a look at a chain, here a real EVM', () => {
  let evm: TestChain;
  beforeAll(async () => {
    // Whoever answered there last has gone.
    const port = Number(new URL(await listening(() => undefined)).port);
    for (const close of closing.splice(0)) await close();
    evm = await startChain(port);
  }, 60_000);
  afterAll(() => evm.stop());
  const look = (hash: string) => rpcChain({ url: evm.url, timeoutMs: 5000 }).look(CHAIN_ID, hash);

  it('knows nothing of a transaction that nobody has sent', async () => {
    expect(await look(UNKNOWN)).toMatchObject({ transaction: undefined, inclusion: undefined });
  });

  it('sees what waits for a block, then that block, and how deep it comes to be', async () => {
    await evm.automine(false);
    const hash = await evm.send({ to: PAID_TO, value: '12345678901234567890', data: UNKNOWN });
    expect(await look(hash)).toMatchObject({
      transaction: { to: PAID_TO, value: 12345678901234567890n, data: UNKNOWN },
      inclusion: undefined,
    });
    await evm.mine(1);
    const { head, inclusion } = await look(hash);
    expect(inclusion).toEqual({ block: head, reverted: false, logs: [] });
    await evm.mine(4);
    const later = await look(hash);
    expect(later.inclusion).toEqual(inclusion);
    expect(later.head.number - head.number).toBe(4);
    await evm.automine(true);
  });

  it('sees the logs of a token, and that a transaction was reverted', async () => {
    const paid = await look(await evm.send({ to: TOKEN_TAKEN, data: call('transfer(address,uint256)', PAID_TO, 5) }));
    expect(paid.inclusion).toMatchObject({ reverted: false, logs: [{ address: TOKEN_TAKEN, index: 0 }] });
    expect(BigInt(paid.inclusion?.logs[0]?.data ?? 0)).toBe(5n);
    // More than there is, with the gas said, as the node refuses to estimate it.
    await evm.automine(false);
    const poor = { to: TOKEN_TAKEN, data: call('transfer(address,uint256)', PAID_TO, 5) };
    const hash = await evm.send(poor, POOR, 100_000);
    await evm.mine(1);
    await evm.automine(true);
    expect((await look(hash)).inclusion).toMatchObject({ reverted: true, logs: [] });
  });

  it('does not see any more what a reorganisation has taken out', async () => {
    const before = await evm.snapshot();
    const hash = await evm.send({ to: PAID_TO, value: '1' });
    expect((await look(hash)).inclusion).toBeDefined();
    await evm.reorganise(before);
    await evm.mine(2);
    expect(await look(hash)).toMatchObject({ inclusion: undefined });
  });

  it('believes no node of another chain', async () => {
    await expect(rpcChain({ url: evm.url, timeoutMs: 5000 }).look(1, UNKNOWN)).rejects.toThrow('OTHER_CHAIN');
  });

  it('counts a receipt only while its block is the one of that number', async () => {
    const hash = await evm.send({ to: PAID_TO, value: '1' });
    const Asked = z.object({ id: z.unknown(), method: z.string(), params: z.array(z.unknown()).default([]) });
    // A node that still tells of a block that the chain has left.
    const url = await listening(async (request, answer) => {
      const { id, method, params } = Asked.parse(JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString()));
      const told = await evm.rpc(method, ...params);
      const stale =
        method === 'eth_getTransactionReceipt' ? { ...z.looseObject({}).parse(told), blockHash: UNKNOWN } : told;
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id, result: stale }));
    });
    const seen = await rpcChain({ url, timeoutMs: 5000 }).look(CHAIN_ID, hash);
    expect(seen).toMatchObject({ transaction: { to: PAID_TO }, inclusion: undefined });
  });
});

describe('a node that cannot be relied on', () => {
  const answers =
    (result: unknown): RequestListener =>
    (_, answer) =>
      answer.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }));
  const nodes: Record<string, RequestListener> = {
    'says no': (_, answer) => answer.writeHead(500).end(),
    'asks to slow down': (_, answer) => answer.writeHead(429, { 'retry-after': '1' }).end(),
    'sends elsewhere': (_, answer) => answer.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'talks nonsense': (_, answer) => answer.end('<html>'),
    'has an error': (_, answer) =>
      answer
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'no' } })),
    'answers something else': answers({ number: 5 }),
    'says too large a number': answers(`0x${'f'.repeat(40)}`),
    'never ends': (_, answer) => {
      const mega = Buffer.alloc(1024 * 1024, 'x');
      new Readable({
        read: function () {
          this.push(mega);
        },
      }).pipe(answer);
    },
    'does not answer': () => undefined,
  };

  it.each(Object.entries(nodes))('%s', async (_, node) => {
    const url = `${await listening(node)}/v2/secret`;
    const look = rpcChain({ url, timeoutMs: 1000 }).look(CHAIN_ID, UNKNOWN);
    const error = await look.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ChainUnavailable);
    expect(`${error}`).not.toContain('secret');
  });

  it('is not there', async () => {
    const url = await listening(() => undefined);
    for (const close of closing.splice(0)) await close();
    await expect(rpcChain({ url, timeoutMs: 1000 }).look(CHAIN_ID, UNKNOWN)).rejects.toThrow('UNREACHABLE');
  });
});
