import { createClient, type Hex, http } from 'viem';
import * as z from 'zod';
import { textOf } from '../../shared/answers.ts';
import { logger } from '../../shared/logger.ts';
import { type Chain, ChainUnavailable } from './chain.ts';
import { hexOf } from './payment.ts';

interface RpcOptions {
  /** May hold a key: a secret. */
  readonly url: string;
  /** Of one call; milliseconds. */
  readonly timeoutMs: number;
}

/** Bytes of an answer: a block's gas does not pay for logs of more than a few megabytes. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Quantities and data as the execution clients write them (Ethereum JSON-RPC API specification, hex encoding). */
const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/)
  .transform(BigInt);
/** What is below 2^53. */
const small = quantity.refine((value) => value <= BigInt(Number.MAX_SAFE_INTEGER)).transform(Number);
const bytes = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2})*$/)
  .toLowerCase();
const hash = hexOf(32);

/** Seconds since 1970, up to what a Date holds. */
const moment = small.refine((seconds) => seconds <= 8_640_000_000_000).transform((seconds) => new Date(seconds * 1000));

const Block = z
  .object({ number: small, hash, timestamp: moment })
  .transform(({ timestamp, ...rest }) => ({ ...rest, at: timestamp }));
const Transaction = z.object({ hash, to: hexOf(20).nullable(), value: quantity, input: bytes }).nullable();
const Receipt = z
  .object({
    transactionHash: hash,
    blockNumber: small,
    blockHash: hash,
    status: z.enum(['0x0', '0x1']),
    logs: z.array(z.object({ address: hexOf(20), topics: z.array(hash), data: bytes, logIndex: small })),
  })
  .nullable();

/**
 * The chain behind a node's JSON-RPC endpoint. What the node says is taken only if it is of the chain that was asked for, has the form that the
 * specification gives it, and agrees with itself: a receipt counts while its block is the one of that number. Follows no redirect, and asks
 * once: the machine asks again.
 */
export function rpcChain({ url, timeoutMs }: RpcOptions): Chain {
  const { request } = createClient({
    transport: http(url, {
      timeout: timeoutMs,
      retryCount: 0,
      fetchOptions: { redirect: 'manual' },
      fetchFn: async (input, init) => {
        const response = await fetch(input, init);
        const text = await textOf(response, MOST_BYTES);
        if (text === undefined) throw new ChainUnavailable('NOT_UNDERSTOOD');
        return new Response(text, response);
      },
    }),
  });

  async function call<S extends z.ZodType>(schema: S, asked: () => Promise<unknown>): Promise<z.output<S>> {
    const answer = await asked().catch((error: unknown) => {
      // Its text names the endpoint.
      logger.warn('the chain does not answer', { error: error instanceof Error ? error.name : 'unknown' });
      throw new ChainUnavailable('UNREACHABLE');
    });
    const parsed = schema.safeParse(answer);
    if (!parsed.success) throw new ChainUnavailable('NOT_UNDERSTOOD');
    return parsed.data;
  }

  const block = <S extends z.ZodType>(schema: S, which: Hex | 'latest') =>
    call(schema, () => request({ method: 'eth_getBlockByNumber', params: [which, false] }));

  return {
    async look(chainId, wanted) {
      const named: Hex = `0x${wanted.slice(2)}`;
      const [chain, transaction, receipt] = await Promise.all([
        call(small, () => request({ method: 'eth_chainId' })),
        call(Transaction, () => request({ method: 'eth_getTransactionByHash', params: [named] })),
        call(Receipt, () => request({ method: 'eth_getTransactionReceipt', params: [named] })),
      ]);
      if (chain !== chainId) throw new ChainUnavailable('OTHER_CHAIN');
      if ((transaction?.hash ?? wanted) !== wanted || (receipt?.transactionHash ?? wanted) !== wanted)
        throw new ChainUnavailable('NOT_UNDERSTOOD');

      // After the receipt, so that a block which has left the chain meanwhile is noticed.
      const [head, included] = await Promise.all([
        block(Block, 'latest'),
        receipt ? block(Block.nullable(), `0x${receipt.blockNumber.toString(16)}`) : undefined,
      ]);
      // One that a node behind does not know yet is none, too.
      const stands = receipt && included && included.hash === receipt.blockHash;
      return {
        head,
        transaction: transaction
          ? { to: transaction.to ?? undefined, value: transaction.value, data: transaction.input }
          : undefined,
        inclusion: stands
          ? {
              block: included,
              reverted: receipt.status === '0x0',
              logs: receipt.logs.map(({ logIndex, ...log }) => ({ ...log, index: logIndex })),
            }
          : undefined,
      };
    },
  };
}
