import { types } from 'node:util';

/**
 * Jest runs tests in a realm of their own, where an error of Node's core (a broken socket) is no `instanceof Error`, and
 * the SDK replaces such strangers by an error without code. In a function there is one realm; this makes it look so.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, candidate: unknown) {
    if (this === Error) return types.isNativeError(candidate);
    return Function.prototype[Symbol.hasInstance].call(this, candidate);
  },
});
