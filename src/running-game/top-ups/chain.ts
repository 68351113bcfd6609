import type { Log, Transaction } from './payment.ts';

/** A block of the chain as it is at a moment; `at` is what its producer says. */
export interface Block {
  readonly number: number;
  readonly hash: string;
  readonly at: Date;
}

/** Where a transaction is in the chain, and what has come of it there. */
export interface Inclusion {
  readonly block: Block;
  readonly reverted: boolean;
  readonly logs: readonly Log[];
}

/** What a look at a chain finds of a transaction. */
export interface Sighting {
  readonly head: Block;
  /** Undefined while the chain does not know it. */
  readonly transaction: Transaction | undefined;
  /** Undefined while it is in no block of the chain, also when it was in one that a reorganisation has taken out. */
  readonly inclusion: Inclusion | undefined;
}

/** A chain, as far as somebody tells of it. */
export interface Chain {
  /** Throws ChainUnavailable. */
  look(chainId: number, hash: string): Promise<Sighting>;
}

/** Nobody tells anything of the chain that can be relied on; the machine waits, and asks again. Its text names no endpoint, which may hold a key. */
export class ChainUnavailable extends Error {
  override readonly name = 'ChainUnavailable';
  constructor(why: 'UNREACHABLE' | 'NOT_UNDERSTOOD' | 'OTHER_CHAIN') {
    super(why);
  }
}
