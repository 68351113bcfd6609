import type { Hex } from 'viem';
import { concatHex, numberToHex, padHex, size, sliceHex, toEventSelector, toFunctionSelector } from 'viem/utils';
import * as z from 'zod';

/** What a payment is made in: the chain's own coin, or the token that the operator takes (ERC-20). */
export const Asset = z.enum(['native', 'erc20']);
export type Asset = z.output<typeof Asset>;

/** Why a transaction is not the payment of a top-up. */
const PAYMENT_FAULTS = [
  'WRONG_TOKEN',
  'WRONG_RECIPIENT',
  'WRONG_AMOUNT',
  'WRONG_REFERENCE',
  'REVERTED',
  'TOO_LATE',
  'ALREADY_CREDITED',
] as const;
export const PaymentFault = z.enum(PAYMENT_FAULTS);
export type PaymentFault = z.output<typeof PaymentFault>;

/** `bytes` of hexadecimal digits after `0x`, in small letters. */
export const hexOf = (bytes: number) =>
  z
    .string('must be a text')
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), `must be 0x and ${2 * bytes} hexadecimal digits`)
    .toLowerCase();

/** A whole number of an asset's smallest unit, which may be beyond what a float holds. */
export const Amount = z.string().regex(/^(0|[1-9]\d{0,77})$/);

/** What has to be paid. Addresses and bytes are hexadecimal, in small letters. */
export const Terms = z.object({
  chain_id: z.int().min(1),
  asset: Asset,
  recipient: hexOf(20),
  /** The token's contract; without one it is the chain's own coin. */
  token: hexOf(20).optional(),
  amount: Amount,
  /** How many blocks deep it has to be, its own included. */
  confirmations_needed: z.int().min(1),
  /** Ends the transaction's data, so that the payment is of this top-up and of no other. */
  reference: hexOf(32),
});
export type Terms = z.output<typeof Terms>;

/** A transaction as it was signed: no reorganisation changes any of it. */
export interface Transaction {
  /** Undefined where it makes a contract. */
  readonly to: string | undefined;
  /** Of the chain's own coin, in its smallest unit. */
  readonly value: bigint;
  readonly data: string;
}

/** An event that a contract has emitted in a transaction. */
export interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  /** Its place in the block. */
  readonly index: number;
}

/** Of ERC-20 (EIP-20, Methods and Events). */
const TRANSFER = toFunctionSelector('transfer(address,uint256)');
const TRANSFERRED = toEventSelector('Transfer(address,address,uint256)');

/** Bytes of `transfer(address,uint256)` with its arguments (Solidity ABI specification). */
const [SELECTOR, WORD] = [4, 32];
const CALL = SELECTOR + 2 * WORD;

const hex = (text: string): Hex => `0x${text.slice(2)}`;
const word = (address: string): Hex => padHex(hex(address), { size: WORD });

/** The transaction that pays: where it goes, with how much of the chain's own coin, and its data. */
export function paymentFor({ recipient, token, amount, reference }: Terms) {
  if (token === undefined) return { to: recipient, value: amount, data: reference };
  const call = [TRANSFER, word(recipient), numberToHex(BigInt(amount), { size: WORD }), hex(reference)];
  return { to: token, value: '0', data: concatHex(call) };
}

/**
 * What is wrong with a transaction as the payment on these terms; undefined when it is that. Payments are made by their sender directly: what
 * another contract passes on is none, as its call names neither token nor recipient.
 */
export function faultOf(terms: Terms, transaction: Transaction): PaymentFault | undefined {
  const { to, value, data } = transaction;
  if (terms.token === undefined) {
    if (data.startsWith(TRANSFER) && size(hex(data)) >= CALL) return 'WRONG_TOKEN';
    if (to !== terms.recipient) return 'WRONG_RECIPIENT';
    if (value !== BigInt(terms.amount)) return 'WRONG_AMOUNT';
    return data === terms.reference ? undefined : 'WRONG_REFERENCE';
  }
  if (to !== terms.token || !data.startsWith(TRANSFER) || size(hex(data)) < CALL) return 'WRONG_TOKEN';
  const [recipient, amount] = [
    sliceHex(hex(data), SELECTOR, SELECTOR + WORD),
    sliceHex(hex(data), SELECTOR + WORD, CALL),
  ];
  if (recipient !== word(terms.recipient)) return 'WRONG_RECIPIENT';
  if (BigInt(amount) !== BigInt(terms.amount)) return 'WRONG_AMOUNT';
  return data === paymentFor(terms).data ? undefined : 'WRONG_REFERENCE';
}

/** Which payment it is within its transaction, or why it has not arrived: a token may keep a part of it, or not move it at all. */
export function arrivalOf(
  terms: Terms,
  { reverted, logs }: { readonly reverted: boolean; readonly logs: readonly Log[] },
): { readonly place: string } | { readonly fault: PaymentFault } {
  if (reverted) return { fault: 'REVERTED' };
  if (terms.token === undefined) return { place: 'native' };
  const arrived = logs.filter(
    ({ address, topics: [event, , to] }) =>
      address === terms.token && event === TRANSFERRED && to === word(terms.recipient),
  );
  const whole = arrived.find(({ data }) => size(hex(data)) === WORD && BigInt(data) === BigInt(terms.amount));
  if (whole) return { place: String(whole.index) };
  return { fault: arrived.length > 0 ? 'WRONG_AMOUNT' : 'REVERTED' };
}
