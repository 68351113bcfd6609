import type { Route } from '../../shared/http/route.ts';
import type { PriceAlertsApi } from '../price-alerts-api.ts';
import { actByLinkRoute } from './act-by-link.ts';
import { askByLinkRoute } from './ask-by-link.ts';
import { createAlertRoute } from './create-alert.ts';
import { deleteAlertRoute } from './delete-alert.ts';
import { fetchAllRoute, fetchFilteredRoute } from './fetch-alerts.ts';
import { getAlertRoute } from './get-alert.ts';
import { rearmAlertRoute } from './rearm-alert.ts';

export const routes: readonly Route<PriceAlertsApi>[] = [
  createAlertRoute,
  deleteAlertRoute,
  fetchAllRoute,
  fetchFilteredRoute,
  getAlertRoute,
  rearmAlertRoute,
  askByLinkRoute,
  actByLinkRoute,
];
