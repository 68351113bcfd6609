import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { toFunctionSelector } from 'viem/utils';
import * as z from 'zod';
import { PAID_TO, TOKEN_TAKEN } from './test-settings.ts';

/** Accounts that the chain gives a lot of its coin; the first one's first two contracts are tokens. */
const MAKER = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';
const PAYER = MAKER;
export const SOMEBODY = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
/** Has no tokens. */
export const POOR = '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc';

const Answer = z.object({ result: z.unknown().optional(), error: z.object({ message: z.string() }).optional() });
const Compiled = z.object({
  contracts: z.object({
    'token.sol': z.object({ Token: z.object({ evm: z.object({ bytecode: z.object({ object: z.string() }) }) }) }),
  }),
});

/** A payment as its view tells it. */
export interface Payment {
  readonly to: string;
  readonly value: string;
  readonly data: string;
}

/** The EVM that Hardhat ships, with a real token on it, answering JSON-RPC at a port; blocks come with every transaction, and when they are asked for. */
export async function startChain(port: number) {
  const server = spawn(process.execPath, [join(import.meta.dirname, 'chain-server.ts'), String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(() => Promise.reject(new Error('the chain did not start'))),
  ]);
  const url = `http://127.0.0.1:${port}`;

  async function rpc(method: string, ...params: unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = Answer.parse(await answer.json());
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
  const text = async (method: string, ...params: unknown[]) => z.string().parse(await rpc(method, ...params));
  const quantity = (value: bigint | string | number) => `0x${BigInt(value).toString(16)}`;

  /** Sends a transaction, and answers its hash. */
  const send = (payment: Partial<Payment>, from = PAYER, gas?: number) =>
    text('eth_sendTransaction', {
      from,
      to: payment.to,
      value: quantity(payment.value ?? 0),
      data: payment.data ?? '0x',
      // So that what a reorganisation has taken out is the same transaction when it is sent again.
      maxFeePerGas: quantity(20_000_000_000n),
      maxPriorityFeePerGas: quantity(1_000_000_000n),
      ...(gas ? { gas: quantity(gas) } : {}),
    });

  const Receipt = z.object({ contractAddress: z.string().nullable(), status: z.string(), blockHash: z.string() });
  const receiptOf = async (hash: string) => Receipt.nullable().parse(await rpc('eth_getTransactionReceipt', hash));

  async function deployToken(): Promise<string> {
    const { contractAddress } = (await receiptOf(await send({ data: tokenCode() }))) ?? {};
    return z.string().parse(contractAddress);
  }

  if ((await deployToken()) !== TOKEN_TAKEN) throw new Error('the token is elsewhere');
  const otherToken = await deployToken();

  return {
    url,
    /** A token that nobody takes. */
    otherToken,
    rpc,
    send,
    receiptOf,
    /** So many more blocks. */
    mine: (blocks: number) => rpc('hardhat_mine', quantity(blocks)),
    /** A block so much later; milliseconds. */
    async pass(time: number): Promise<void> {
      await rpc('evm_increaseTime', time / 1000);
      await rpc('hardhat_mine', '0x1');
    },
    /** With false, transactions wait until blocks are asked for. */
    automine: (on: boolean) => rpc('evm_setAutomine', on),
    /** The chain as it is; `evm_revert` to it is a reorganisation. */
    snapshot: () => text('evm_snapshot'),
    /** Everything after the snapshot leaves the chain. */
    reorganise: (snapshot: string) => rpc('evm_revert', snapshot),
    /** What the token does with transfers. */
    changeToken: (fee: number, sleepy: boolean) =>
      send({ to: TOKEN_TAKEN, data: call('change(uint256,bool)', fee, sleepy ? 1 : 0) }),
    paid: async () => ({
      native: BigInt(await text('eth_getBalance', PAID_TO, 'latest')),
      token: BigInt(await text('eth_call', { to: TOKEN_TAKEN, data: call('balanceOf(address)', PAID_TO) }, 'latest')),
    }),
    async stop(): Promise<void> {
      const ended = once(server, 'exit');
      server.stdin.end();
      await ended;
    },
  };
}
export type TestChain = Awaited<ReturnType<typeof startChain>>;

/** The data that calls a function of a contract. */
export const call = (signature: string, ...args: (number | string | bigint)[]): string =>
  [toFunctionSelector(signature), ...args.map((value) => BigInt(value).toString(16).padStart(64, '0'))].join('');

/** The bytecode of `token.sol`. */
function tokenCode(): string {
  const require = createRequire(import.meta.url);
  const solc: unknown = require('solc');
  const { compile } = z.object({ compile: z.function({ input: [z.string()], output: z.string() }) }).parse(solc);
  const input = {
    language: 'Solidity',
    sources: { 'token.sol': { content: readFileSync(join(import.meta.dirname, 'token.sol'), 'utf8') } },
    settings: { outputSelection: { '*': { '*': ['evm.bytecode.object'] } } },
  };
  return `0x${Compiled.parse(JSON.parse(compile(JSON.stringify(input)))).contracts['token.sol'].Token.evm.bytecode.object}`;
}
