import { auditWalletRoute } from './audit-wallet.ts';
import { createGrantRoute } from './create-grant.ts';
import { getWalletRoute } from './get-wallet.ts';
import { listEntriesRoute } from './list-entries.ts';

export const routes = [getWalletRoute, listEntriesRoute, createGrantRoute, auditWalletRoute];
